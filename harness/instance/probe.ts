// Looks for the sign of each capability on a running kernel, and tries each dialect.
import type { Agent } from '../agent/client.ts'
import { must } from '../agent/wire/call.ts'
import type { Vm } from '../agent/wire/fields.ts'
import { absentIn, capabilities, capabilityNames, type Capability, type Sign } from '../catalogue/capabilities.ts'
import type { BatchResult } from '../agent/files.ts'
import { pageSize } from '../base/units.ts'
import { dialects, dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { TrialResult } from '../uapi/dialect-spec.ts'

/** The findings about a kernel. They do not depend on the dialect in its definition, so they can be saved. */
export interface Probe {
  /** The dialects that the kernel speaks. */
  readonly dialects: readonly Dialect[]
  /** The calls that were tried for each dialect and their ends, for messages. */
  readonly tried: Readonly<Record<string, string>>
  /** Those in which it reports files of huge pages. */
  readonly hugePages: readonly Dialect[]
  /** The capabilities that do not depend on its definition. */
  readonly capabilities: readonly Capability[]
}

interface Kernel {
  readonly agent: Agent
  /** One VM for all that has to be tried: closing a VM takes longer than all the rest. Missing: none can be made. */
  readonly vm: Vm | undefined
  readonly files: ReadonlyMap<string, BatchResult>
  readonly dialects: readonly Dialect[]
}

async function extension(agent: Agent, number: number, vm?: Vm): Promise<number> {
  const { errno, value } = await agent.vm.checkExtension(number, vm)
  return errno === 'OK' ? value : 0
}

async function filter<Item>(items: readonly Item[], holds: (item: Item) => Promise<boolean>): Promise<Item[]> {
  const found: Item[] = []
  for (const item of items) if (await holds(item)) found.push(item)
  return found
}

/** Tries a dialect; without a VM of the kernel, nothing can be tried. */
async function tryDialect({ agent, vm, files }: Kernel, dialect: Dialect): Promise<TrialResult> {
  const { tryOn, switches } = dialectSpecs[dialect]
  if (vm === undefined) return { isSpoken: false, tried: capabilities['private-memory'].reason }
  const { isSpoken, tried } = await tryOn({
    extension: (number) => extension(agent, number),
    convertsPage: async (flags) => {
      const { errno, gmem } = await agent.gmem.create({ vm, size: pageSize, flags })
      if (errno !== 'OK') return { call: 'creation', errno }
      const conversion = { target: gmem, dialect, to: 'shared', offset: 0, size: pageSize } as const
      const reply = await agent.gmem.convert(conversion)
      await agent.close(gmem)
      return { call: 'conversion', errno: reply.errno }
    },
  })
  const settings = isSpoken ? [] : switches.map((path) => `${path} is ${valueOf(files.get(path))}`)
  return { isSpoken, tried: [tried, ...settings].join(', ') }
}

function valueOf(file: BatchResult | undefined): string {
  return file?.errno === 'OK' ? file.text.trim() : 'absent'
}

const switchFiles = [...new Set(dialects.flatMap((name) => dialectSpecs[name].switches))]

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
        async ({ number, bits = ~0 }) => ((await extension(agent, number)) & bits) !== 0,
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
  const trials: (readonly [Dialect, TrialResult])[] = []
  for (const dialect of dialects) trials.push([dialect, await tryDialect({ ...kernel, vm }, dialect)])
  const spoken = trials.flatMap(([dialect, { isSpoken }]) => (isSpoken ? [dialect] : []))
  const tried = Object.fromEntries(trials.map(([dialect, trial]) => [dialect, trial.tried]))
  const hugePages = await filter(spoken, async (dialect) => {
    const { hugePagesExtension } = dialectSpecs[dialect]
    return hugePagesExtension !== undefined && (await extension(agent, hugePagesExtension, vm)) > 0
  })
  const shown = await filter(capabilityNames, (name) =>
    isShown(capabilities[name].sign, { agent, vm, files, dialects: spoken }),
  )
  if (vm !== undefined) await agent.close(vm)
  return { dialects: spoken, tried, hugePages, capabilities: shown }
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
