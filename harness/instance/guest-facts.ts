// What is found out about a machine that has just come up: it holds for all its copies, and is saved with its state.
import type { Agent } from '../agent/client.ts'
import { probeKernel } from '../agent/probe.ts'
import type { Probe } from '../agent/probe.ts'
import { dialects } from '../uapi/dialect.ts'
import { bootFiles } from './boot-check.ts'
import type { BootTexts } from './boot-check.ts'

/** As it was found, so that it can be judged later: by the dialect that a kernel is to speak, by what was asked for. */
export interface GuestFacts {
  readonly probe: Probe
  readonly files: BootTexts
}

/** By hand: loading a library for it takes as long as restoring half a machine does, in each run. */
const isFact: { readonly [Name in keyof Probe]: (value: unknown) => boolean } = {
  swProtectedVm: isFlag,
  guestMemfd: isFlag,
  dialects: (value) => Array.isArray(value) && value.every((entry) => dialects.includes(entry)),
  hugetlb: isFlag,
  binaryStats: isFlag,
  pagemap: isFlag,
  preFault: isFlag,
  gupTest: isFlag,
  slabCounters: isFlag,
  gmemInodeCounter: isFlag,
  hugetlbCgroup: isFlag,
  memmapCounters: isFlag,
  faultInjection: isFlag,
  hwpoisonInject: isFlag,
}

/** What there is to find out, by name: facts that were saved before something was added are not enough. */
export const factNames: readonly string[] = [...Object.keys(isFact), ...bootFiles]

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isGuestFacts(value: unknown): value is GuestFacts {
  if (!isRecord(value)) return false
  const { probe, files } = value
  return (
    isRecord(probe) &&
    Object.keys(probe).length === Object.keys(isFact).length &&
    Object.entries(isFact).every(([name, isRight]) => isRight(probe[name])) &&
    isRecord(files) &&
    Object.values(files).every((text) => typeof text === 'string')
  )
}

/** The facts in the text that they were saved as; nothing if they are not in it. */
export function parseFacts(text: string): GuestFacts | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isGuestFacts(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Looks at the kernel and the machine; leaves nothing open. */
export async function gatherFacts(agent: Agent): Promise<GuestFacts> {
  const probe = await probeKernel(agent)
  const results = await agent.files.batch(bootFiles.map((path) => ({ path })))
  const files = Object.fromEntries(
    results.flatMap(({ path, errno, text }) => (errno === 'OK' ? [[path, text]] : [])),
  )
  return { probe, files }
}
