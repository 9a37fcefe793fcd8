// Looks for the sign of each capability on a running kernel, and tries each dialect.
import type { Agent } from '../agent/client.ts'
import { must } from '../agent/wire/call.ts'
import type { Vm } from '../agent/wire/fields.ts'
import { capabilities, capabilityNames, type Capability, type Sign } from '../catalogue/capabilities.ts'
import type { BatchResult } from '../agent/files.ts'
import { pageSize } from '../base/units.ts'
import { dialects, dialectSpecs, type Dialect } from '../uapi/dialect.ts'

/** The findings about a kernel. They do not depend on the dialect in its definition, so they can be saved. */
export interface Probe {
  /** The dialects that the kernel speaks. */
  readonly dialects: readonly Dialect[]
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

async function isSpoken(agent: Agent, vm: Vm, dialect: Dialect): Promise<boolean> {
  return dialectSpecs[dialect].isSpokenBy({
    extension: (number) => extension(agent, number),
    takesConversion: async (flags) => {
      const { errno, gmem } = await agent.gmem.create({ vm, size: pageSize, flags })
      if (errno !== 'OK') return false
      const conversion = { target: gmem, dialect, to: 'shared', offset: 0, size: pageSize } as const
      const reply = await agent.gmem.convert(conversion)
      await agent.close(gmem)
      return reply.errno !== 'ENOTTY'
    },
  })
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
  const paths = capabilityNames.flatMap((name) => pathsOf(capabilities[name].sign))
  const results = await agent.files.batch(paths.map((path) => ({ path })))
  const files = new Map(results.map((result) => [result.path, result]))
  const kernel = { agent, files, vm: undefined, dialects: [] }
  const hasVms = await isShown(capabilities['private-memory'].sign, kernel)
  const vm = hasVms ? (await must(agent.vm.create())).vm : undefined
  const spoken = vm === undefined ? [] : await filter(dialects, (dialect) => isSpoken(agent, vm, dialect))
  const hugePages = await filter(spoken, async (dialect) => {
    const { hugePagesExtension } = dialectSpecs[dialect]
    return hugePagesExtension !== undefined && (await extension(agent, hugePagesExtension, vm)) > 0
  })
  const shown = await filter(capabilityNames, (name) =>
    isShown(capabilities[name].sign, { agent, vm, files, dialects: spoken }),
  )
  if (vm !== undefined) await agent.close(vm)
  return { dialects: spoken, hugePages, capabilities: shown }
}

/** The capabilities of a kernel whose definition names this dialect. */
export function capabilitiesOf(probe: Probe, dialect: Dialect): ReadonlySet<Capability> {
  const parts = {
    'conversion in place': dialectSpecs[dialect].inPlace && probe.dialects.includes(dialect),
    'huge pages': probe.hugePages.includes(dialect),
  }
  const byDefinition = capabilityNames.filter((name) => {
    const { sign } = capabilities[name]
    return sign.by === 'definition' && parts[sign.part]
  })
  return new Set([...probe.capabilities, ...byDefinition])
}
