// The facts about an instance that has just booted: they hold for all its copies, and are saved with its state.
import type { Agent } from '../agent/client.ts'
import { hasShape } from '../base/has-shape.ts'
import { capabilityNames } from '../catalogue/capabilities.ts'
import { dialects } from '../uapi/dialect.ts'
import { lacks, probeKernel, type Probe } from './probe.ts'
import { bootFiles, type BootTexts } from './boot-check.ts'

/** Facts without a judgement: that depends on the dialect of the kernel definition, and on the boot profile. */
export interface InstanceFacts {
  readonly probe: Probe
  readonly files: BootTexts
}

/** What the facts depend on besides the code: facts that were saved before a name was added are not enough. */
export const factNames: readonly string[] = [...capabilityNames, ...dialects, ...lacks, ...bootFiles]

function areAll(entries: readonly unknown[], known: readonly unknown[]): boolean {
  return entries.every((entry) => known.includes(entry))
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string')
}

const shapeOfProbe = {
  dialects: 'array',
  tried: 'object',
  hugePages: 'array',
  triedHugePages: 'object',
  capabilities: 'array',
  lacks: 'array',
} as const satisfies Record<keyof Probe, string>

function isInstanceFacts(value: unknown): value is InstanceFacts {
  if (!hasShape(value, { probe: 'object', files: 'object' })) return false
  const { probe, files } = value
  return (
    hasShape(probe, shapeOfProbe) &&
    areAll([...probe.dialects, ...probe.hugePages], dialects) &&
    areAll(probe.capabilities, capabilityNames) &&
    areAll(probe.lacks, lacks) &&
    [probe.tried, probe.triedHugePages, files].every((texts) => areTexts(Object.values(texts)))
  )
}

/** Reads facts from the text that they were saved as; undefined if the text has no such facts. */
export function parseFacts(text: string): InstanceFacts | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isInstanceFacts(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Gathers the facts about the kernel and the instance; leaves nothing open. */
export async function gatherFacts(agent: Agent): Promise<InstanceFacts> {
  const probe = await probeKernel(agent)
  const results = await agent.files.batch(bootFiles.map((path) => ({ path })))
  const files = Object.fromEntries(results.flatMap(({ path, errno, text }) => (errno === 'OK' ? [[path, text]] : [])))
  return { probe, files }
}
