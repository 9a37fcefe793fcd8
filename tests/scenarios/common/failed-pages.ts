// What host and guest get from pages of which the memory has failed, and what such pages cost.
import {
  memoryFaultFlags,
  page,
  pageSize,
  runsOf,
  signalCodes,
  type Memory,
  type PageRange,
  type ScenarioContext,
} from '../../../harness/api.ts'

type Host = ScenarioContext['agent']['host']
type Mapping = NonNullable<Memory['handles']['mapping']>
type Words = Pick<ScenarioContext, 'agent' | 'check'>

/** The guest can neither read nor write the page: the exit names its address, and the state of the page. */
export async function expectLostByGuest({ agent, check }: Words, file: Memory, index: number, base?: number) {
  const { vcpu, gpa } = file.handles
  const at = (base ?? gpa) + index * pageSize
  const flags = file.model.stateAt(index) === 'shared' ? 0n : memoryFaultFlags.private
  const ends = {
    reading: await agent.guest.read(await vcpu(), at, 8),
    writing: await agent.guest.write(await vcpu(), at, Buffer.alloc(8, 0xee)),
  }
  for (const [doing, end] of Object.entries(ends)) {
    const found = [end.outcome, end.errno, end.faultGpa, end.faultFlags]
    check.equal<unknown>(
      found,
      ['memory-fault', 'EHWPOISON', BigInt(at), flags],
      `the guest ${doing} failed page ${index}`,
    )
  }
}

/** The host can neither read nor write the page through a mapping of the file: the signal names the page and its size. */
export async function expectLostByHost({ check }: Words, host: Host, mapping: Mapping, index: number) {
  const at = index * pageSize
  const ends = {
    reading: await host.read(mapping, at, 8),
    writing: await host.write(mapping, at, Buffer.alloc(8, 0xee)),
  }
  for (const [doing, end] of Object.entries(ends)) {
    const found = [end.outcome, end.signalCode, end.faultOffset, end.addressBits]
    check.equal<unknown>(found, ['sigbus', signalCodes.memoryFailed, at, 12], `the host ${doing} failed page ${index}`)
  }
}

/**
 * Returns how a view of a range looks: one byte everywhere, but in the failed pages, which it does not reach. `freed`: those
 * that holes have freed, and what they look like.
 */
export function viewWithFailures<Value>(
  range: PageRange,
  failed: ReadonlySet<number>,
  {
    value,
    lost,
    freed,
  }: { readonly value: Value; readonly lost: Value; readonly freed?: readonly [ReadonlySet<number>, Value] },
) {
  return runsOf(range.first, range.first + range.count, (index) => {
    if (freed?.[0].has(index) === true) return freed[1]
    return failed.has(index) ? lost : value
  })
}

/**
 * Converts a range with failed pages to private. Where the dialect lets them stand in the way, a hole frees each of them;
 * a kernel that refuses one refuses all. Returns the pages that holes have freed, which read zero then.
 */
export async function convertPastFailures(
  { uapi, check, expectErrno }: Pick<ScenarioContext, 'uapi' | 'check' | 'expectErrno'>,
  file: Memory,
  range: PageRange,
  failed: ReadonlySet<number>,
): Promise<ReadonlySet<number>> {
  const freed = new Set<number>()
  const bytes = { offset: range.first * pageSize, size: range.count * pageSize }
  for (;;) {
    const reply = await file.attemptConversion('private', bytes)
    const what = `converting pages ${range.first}..${range.first + range.count - 1} to private`
    expectErrno(reply, uapi.expects.failedPageToPrivate, what)
    if (reply.errno === 'OK') break
    const index = Number(reply.errorOffset) / pageSize
    check.that(
      failed.has(index) && !freed.has(index),
      `${what} names a failed page in error_offset, found page ${index}`,
    )
    await file.punchHole(page(index))
    freed.add(index)
  }
  const inRange = [...failed].filter((index) => index >= range.first && index < range.first + range.count)
  const refusing = [...freed].toSorted((one, other) => one - other)
  if (freed.size > 0) check.equal(refusing, inRange, 'failed pages that refuse a conversion, if one of them does')
  file.model.convert('private', range)
  return freed
}

/** Counts the failed pages of the instance. */
export async function failedPages({ agent }: Words): Promise<number> {
  const [text] = await agent.files.batch([{ path: '/proc/meminfo' }])
  return Number(/^HardwareCorrupted: *(\d+) kB$/m.exec(text?.text ?? '')?.[1]) / 4
}

/**
 * Closes the file, and makes its frames usable again: those after it find the pool and the count of failed pages as they were.
 * `frames`: the first one of each huge page, or the failed ones of 4K.
 */
export async function retire(
  { agent, expectDone, unpoison }: Pick<ScenarioContext, 'agent' | 'expectDone' | 'unpoison'>,
  { gmem, mapping }: Memory['handles'],
  frames: readonly number[],
): Promise<void> {
  expectDone(await agent.close(gmem), 'closing the file')
  if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping it')
  for (const frame of frames) await unpoison(frame)
}
