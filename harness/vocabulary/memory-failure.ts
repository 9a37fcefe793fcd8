// Causes memory errors by software, as a broken DIMM would.
import { must } from '../agent/wire/call.ts'
import type { Agent } from '../agent/client.ts'
import { advices } from '../uapi/constants.ts'
import { GuestError } from '../base/errors.ts'
import { memoryFailure } from '../oracle/kernel-warnings.ts'
import type { Memory } from './scenario-context.ts'
import { describeRange, offsetOf, sizeOf, type PageRange } from '../model/ranges.ts'
import type { MemoryFailure } from './views.ts'

const directory = '/sys/kernel/debug/hwpoison'

/**
 * Causes a memory error in the first page of the range, which the host must have mapped.
 * @throws {GuestError} PAGE_NOT_MAPPED if the host has not mapped the page
 */
export async function failPage(
  agent: Agent,
  memory: Memory,
  range: PageRange,
  how: 'madvise' | 'inject',
): Promise<MemoryFailure> {
  const { mapping } = memory.handles
  const [run] = await memory.host.frameRuns(range)
  if (mapping === undefined || run?.pfn === undefined) {
    throw new GuestError('PAGE_NOT_MAPPED', `${describeRange(range)} is not mapped by the host`, {
      hint: 'write to the page through file.host before failMemory',
    })
  }
  const { pfn } = run
  if (how === 'inject') return failFrame(agent, pfn)
  const failure = await agent.host.madvise(mapping, offsetOf(range), sizeOf(range), advices.hwpoison)
  const { errno, signal, signalCode, faultOffset, addressBits } = failure
  return { pfn, errno, signal, signalCode, faultOffset, addressBits }
}

/** Causes a memory error in the frame, as the hardware does. */
export async function failFrame(agent: Agent, pfn: number): Promise<MemoryFailure> {
  const { errno } = await agent.files.writeFile(`${directory}/corrupt-pfn`, String(pfn))
  return { pfn, errno, signal: 0, signalCode: 0, faultOffset: 0, addressBits: 0 }
}

/** The messages of the kernel about a memory error. */
export const failureMessages = new RegExp(memoryFailure)

/** The kernel limits the rate of its messages about them, and says so. */
export const manyUnpoisoned = /^unpoison_memory: \d+ callbacks suppressed/

/** Makes the frame usable again. */
export async function unpoison(agent: Agent, pfn: number): Promise<void> {
  await must(agent.files.writeFile(`${directory}/unpoison-pfn`, String(pfn)))
}
