// Tries each dialect on a running kernel, and the files of huge pages of those that it speaks.
import type { Agent } from '../agent/client.ts'
import type { BatchResult } from '../agent/files.ts'
import type { Vm } from '../agent/wire/fields.ts'
import { hugePageBytes } from '../base/huge-page-sizes.ts'
import { pageSize } from '../base/units.ts'
import { dialects, dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import type { KernelTrial, TrialResult } from '../uapi/dialect-spec.ts'
import { tryHugePages } from '../uapi/try-conversion.ts'

/** The dialects of a kernel. They do not depend on the dialect in its definition, so they can be saved. */
export interface Spoken {
  /** The dialects that the kernel speaks. */
  readonly dialects: readonly Dialect[]
  /** The calls that were tried for each dialect and their ends, for messages. */
  readonly tried: Readonly<Record<string, string>>
  /** Those in which it makes files of huge pages. */
  readonly hugePages: readonly Dialect[]
  /** The calls that were tried for files of huge pages, in each spoken dialect that has such files. */
  readonly triedHugePages: Readonly<Record<string, string>>
}

/** The files that show whether dialects are switched off. */
export const switchFiles: readonly string[] = [...new Set(dialects.flatMap((name) => dialectSpecs[name].switches))]

/** Asks KVM_CHECK_EXTENSION; 0 when the kernel does not know the number. */
export async function extensionOf(agent: Agent, number: number): Promise<number> {
  const { errno, value } = await agent.vm.checkExtension(number)
  return errno === 'OK' ? value : 0
}

function trialOn(agent: Agent, vm: Vm, dialect: Dialect): KernelTrial {
  return {
    extension: (number) => extensionOf(agent, number),
    async convertsPage(flags, to) {
      const { errno, gmem } = await agent.gmem.create({ vm, size: pageSize, flags })
      if (errno !== 'OK') return { call: 'creation', errno }
      const reply = await agent.gmem.convert({ target: gmem, dialect, to, offset: 0, size: pageSize })
      await agent.close(gmem)
      return { call: 'conversion', errno: reply.errno }
    },
    async createsHugePage(flags) {
      const { errno, gmem } = await agent.gmem.create({ vm, size: hugePageBytes['2M'], flags })
      if (errno === 'OK') await agent.close(gmem)
      return errno
    },
  }
}

/** Tries all dialects on a VM with private memory; leaves no file open. */
export async function tryDialects(agent: Agent, vm: Vm, files: ReadonlyMap<string, BatchResult>): Promise<Spoken> {
  const dialectTrials = new Map<Dialect, TrialResult>()
  const hugeTrials = new Map<Dialect, TrialResult>()
  for (const dialect of dialects) {
    const spec = dialectSpecs[dialect]
    const kernel = trialOn(agent, vm, dialect)
    const { isSpoken, tried } = await spec.tryOn(kernel)
    const settings = isSpoken ? [] : spec.switches.map((path) => `${path} is ${valueOf(files.get(path))}`)
    dialectTrials.set(dialect, { isSpoken, tried: [tried, ...settings].join(', ') })
    const { hugePagesExtension } = spec
    if (isSpoken && hugePagesExtension !== undefined) {
      hugeTrials.set(dialect, await tryHugePages(kernel, { ...spec, hugePagesExtension }))
    }
  }
  return {
    dialects: spokenIn(dialectTrials),
    tried: textsOf(dialectTrials),
    hugePages: spokenIn(hugeTrials),
    triedHugePages: textsOf(hugeTrials),
  }
}

type Trials = ReadonlyMap<Dialect, TrialResult>

function spokenIn(trials: Trials): Dialect[] {
  return Array.from(trials).flatMap(([dialect, { isSpoken }]) => (isSpoken ? [dialect] : []))
}

function textsOf(trials: Trials): Record<string, string> {
  return Object.fromEntries(Array.from(trials, ([dialect, { tried }]) => [dialect, tried]))
}

function valueOf(file: BatchResult | undefined): string {
  return file?.errno === 'OK' ? file.text.trim() : 'absent'
}
