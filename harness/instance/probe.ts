// Looks for the sign of each capability on a running kernel, and has each dialect tried.
import type { Agent } from '../agent/client.ts'
import { must } from '../agent/wire/call.ts'
import type { Vm } from '../agent/wire/fields.ts'
import { absentIn, capabilities, capabilityNames, type Capability, type Sign } from '../catalogue/capabilities.ts'
import type { BatchResult } from '../agent/files.ts'
import { kvmCapabilities } from '../uapi/constants.ts'
import type { Dialect } from '../uapi/dialect.ts'
import { extensionOf, switchFiles, tryDialects, type Spoken } from './try-dialects.ts'

/** What a kernel may lack so that it has no VM with private memory: no dialect can be tried on it. */
export const lacks = ['KVM', 'private memory'] as const
export type Lack = (typeof lacks)[number]

/** The findings about a kernel. They do not depend on the dialect in its definition, so they can be saved. */
export interface Probe extends Spoken {
  /** The capabilities that do not depend on its definition. */
  readonly capabilities: readonly Capability[]
  /** Empty when dialects were tried. */
  readonly lacks: readonly Lack[]
}

interface Kernel {
  readonly agent: Agent
  /** One VM for all that has to be tried: closing a VM takes longer than all the rest. Missing: none can be made. */
  readonly vm: Vm | undefined
  readonly files: ReadonlyMap<string, BatchResult>
  readonly dialects: readonly Dialect[]
}

const nothingSpoken: Spoken = { dialects: [], tried: {}, hugePages: [], triedHugePages: {} }

async function filter<Item>(items: readonly Item[], holds: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const found: Item[] = []
  for (const item of items) if (await holds(item)) found.push(item)
  return found
}

function fileShows(file: BatchResult | undefined, show: 'existence' | 'contents' | RegExp): boolean {
  const { errno, text } = file ?? { errno: 'ENOENT', text: '' }
  if (show === 'existence') return !['ENOENT', 'ENOTDIR'].includes(errno)
  return errno === 'OK' && (show === 'contents' || show.test(text))
}

async function isShown(sign: Sign, { agent, vm, files, dialects: spoken }: Kernel): Promise<boolean> {
  switch (sign.by) {
    case 'extensions': {
      const met = await filter(
        sign.all,
        async ({ number, bits = ~0 }) => ((await extensionOf(agent, number)) & bits) !== 0,
      )
      return met.length === sign.all.length
    }
    case 'files':
      return sign.all.every((path) => fileShows(files.get(path), sign.show))
    case 'one of files':
      return sign.any.some((path) => fileShows(files.get(path), 'contents'))
    case 'statistic':
      return vm !== undefined && (await agent.vm.stats(vm, sign.name)).errno === 'OK'
    case 'dialect':
      return spoken.includes(sign.name)
    case 'definition':
      return false
    default:
      return sign satisfies never
  }
}

function pathsOf(sign: Sign): readonly string[] {
  if (sign.by === 'one of files') return sign.any
  return sign.by === 'files' ? sign.all : []
}

/** Asks the kernel what it can do; leaves nothing open. */
export async function probeKernel(agent: Agent): Promise<Probe> {
  const paths = [...capabilityNames.flatMap((name) => pathsOf(capabilities[name].sign)), ...switchFiles]
  const results = await agent.files.batch(paths.map((path) => ({ path })))
  const files = new Map(results.map((result) => [result.path, result]))
  const kernel = { agent, files, vm: undefined, dialects: [] }
  const hasVms = await isShown(capabilities['private-memory'].sign, kernel)
  const vm = hasVms ? (await must(agent.vm.create())).vm : undefined
  const spoken = vm === undefined ? nothingSpoken : await tryDialects(agent, vm, files)
  const shown = await filter(capabilityNames, (name) =>
    isShown(capabilities[name].sign, { agent, vm, files, dialects: spoken.dialects }),
  )
  if (vm !== undefined) await agent.close(vm)
  return { ...spoken, capabilities: shown, lacks: vm === undefined ? [await lackOf(agent)] : [] }
}

/** Finds out why a kernel has no VM with private memory: only without /dev/kvm, KVM_CHECK_EXTENSION fails. */
async function lackOf(agent: Agent): Promise<Lack> {
  const { errno } = await agent.vm.checkExtension(kvmCapabilities.vmTypes)
  return errno === 'OK' ? 'private memory' : 'KVM'
}

/** The capabilities of a kernel whose definition names this dialect. */
export function capabilitiesOf(probe: Probe, dialect: Dialect): ReadonlySet<Capability> {
  const isSpoken = probe.dialects.includes(dialect)
  const absent = absentIn(dialect)
  const byDefinition = capabilityNames.filter((name) => {
    const { sign } = capabilities[name]
    if (sign.by !== 'definition' || absent.includes(name)) return false
    return sign.part === 'huge pages' ? probe.hugePages.includes(dialect) : isSpoken
  })
  return new Set([...probe.capabilities, ...byDefinition])
}
