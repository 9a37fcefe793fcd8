// What is found out about a machine that has just come up: it holds for all its copies, and is saved with its state.
import { z } from 'zod'
import type { Agent } from '../agent/client.ts'
import { probeKernel } from '../agent/probe.ts'
import type { Probe } from '../agent/probe.ts'
import { dialects } from '../agent/vocabulary.ts'
import { bootFiles } from './boot-check.ts'
import type { BootTexts } from './boot-check.ts'

/** As it was found, so that it can be judged later: by the dialect that a kernel is to speak, by what was asked for. */
export interface GuestFacts {
  readonly probe: Probe
  readonly files: BootTexts
}

const flag = z.boolean()
const facts = z.strictObject({
  probe: z.strictObject({
    swProtectedVm: flag,
    guestMemfd: flag,
    dialects: z.array(z.enum(dialects)),
    hugetlb: flag,
    binaryStats: flag,
    pagemap: flag,
    preFault: flag,
    gupTest: flag,
    slabCounters: flag,
    gmemInodeCounter: flag,
    hugetlbCgroup: flag,
    memmapCounters: flag,
    faultInjection: flag,
    hwpoisonInject: flag,
  }),
  files: z.record(z.string(), z.string()),
})

/** What there is to find out, by name: facts that were saved before something was added are not enough. */
export const factNames: readonly string[] = [...Object.keys(facts.shape.probe.shape), ...bootFiles]

/**
 * The facts from the text that they were saved as.
 * @throws {SyntaxError | z.ZodError} when they are not in it
 */
export function parseFacts(text: string): GuestFacts {
  return facts.parse(JSON.parse(text))
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
