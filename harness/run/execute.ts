// Runs one test in one instance: between markers on the console, within a deadline, with a clean-up after it.
import { must } from '../agent/wire/call.ts'
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { ProtocolError } from '../base/errors.ts'
import { beginMarker, endMarker, linesBefore, markerPrefix, operationsSince } from '../console/markers.ts'
import { withoutAllowed, type ReadSplats, type SplatReading } from '../console/read-splats.ts'
import type { CheckedInstance } from '../instance/checked-instance.ts'
import type { Instance } from '../instance/instance.ts'
import { lastWords } from '../instance/last-words.ts'
import type { Attempt, Observation } from '../judge/attempt.ts'
import { investigate, lookAt, silenceIn } from '../judge/diagnose-hang.ts'
import type { Hang } from '../judge/hang.ts'
import { dumpOf } from '../judge/post-mortem.ts'
import type { LeakReport, LeakWatch } from '../oracle/leaks.ts'
import type { VmDeath } from '../vm/vm.ts'
import { TestStalled, watched } from './stall-watch.ts'
import type { Test } from './test.ts'
import { UncaughtInTest, watchUncaught } from './uncaught-watch.ts'

const cleanUpMilliseconds = 10_000
// A marker reaches the console shortly after the write to /dev/kmsg has returned.
const markerMilliseconds = 2000

export interface ExecuteOptions {
  readonly signal: AbortSignal
  /** The capabilities of the kernel. */
  readonly available: CheckedInstance['available']
  /** The counters of the instance before the test. */
  readonly watch: LeakWatch | undefined
  readonly read: ReadSplats
  /** The position on the console where the window before ended: windows leave no gaps. */
  readonly since: number
  /**
   * Called when the test is about to begin, with the splats since `since`. They belong to the test before it in this
   * instance, or to the boot. An error from this function ends the test.
   */
  readonly onBegun: (late: SplatReading) => Promise<void>
  /** Tells, when the test is over, whether no other test will run in this instance. */
  readonly isLast: () => boolean
}

/**
 * Runs a test. The instance may be unusable afterwards: `judge` decides.
 * @throws the reason of `signal`
 */
export async function execute(test: Test, instance: Instance, options: ExecuteOptions): Promise<Attempt> {
  const { signal, read, since, watch } = options
  const { patience } = instance.accelerator
  const started = performance.now()
  let death: VmDeath | undefined
  let thrown: { readonly value: unknown } | undefined
  let hang: Hang | undefined
  let seen: readonly string[] | undefined
  let observation: Observation = {}
  let late: SplatReading = { splats: [], allowed: [] }
  let hasBegun = false
  let recovered = false
  let left: LeakReport = { leaks: [], warnings: [] }
  const expected: RegExp[] = []
  using uncaught = watchUncaught(test.name)

  /** Ends the work at the deadline, or at once when the instance dies. */
  async function within(
    stage: string,
    milliseconds: number,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    await withDeadline({ stage, milliseconds: patience.for(milliseconds), signal }, async (ending) => {
      const died = instance.died.then((how) => {
        death = how
        throw new ProtocolError('VM_DIED', 'the instance died')
      })
      await Promise.race([work(ending), died])
    })
  }

  try {
    await within(test.name, test.seconds * 1000, async (ending) => {
      await test.prepare?.(instance, ending)
      await writeMarker(beginMarker(test.name), instance, signal)
      late = read(linesBefore(test.name, instance.console.since(since)))
      await options.onBegun(late)
      hasBegun = true
      const hooks = {
        signal: ending,
        available: options.available,
        expectLog: (pattern: RegExp) => void expected.push(pattern),
      }
      const ended = watched(test.name, () => test.run(instance, hooks))
      observation = await Promise.race([ended, uncaught.thrown])
    })
  } catch (value) {
    signal.throwIfAborted()
    thrown = { value }
  }
  let operations = operationsSince(test.name, instance.agent.recentOperations)
  const begin = Buffer.from(beginMarker(test.name))
  const recording = instance.agent.operationsSince(({ tail }) => Buffer.from(tail).includes(begin))
  const isUnfinished =
    thrown?.value instanceof DeadlineExceeded ||
    thrown?.value instanceof TestStalled ||
    thrown?.value instanceof UncaughtInTest ||
    observation.unfinished !== undefined
  // An agent that is busy with the test has nothing to close yet, and one whose test has not begun opened nothing.
  if (death === undefined && hasBegun && !isUnfinished) {
    try {
      await within(`closing everything after ${test.name}`, cleanUpMilliseconds, async () => {
        await instance.agent.reset()
        if (test.leavesNothing && watch !== undefined) left = await watch.report({ isLast: options.isLast() })
        await writeMarker(endMarker(test.name), instance, signal)
      })
      recovered = uncaught.first === undefined
    } catch (value) {
      signal.throwIfAborted()
      thrown ??= { value }
      // The other operations of the clean-up would push those of the test out of the diagnostic.
      const last = instance.agent.recentOperations.at(-1)
      if (last !== undefined && last !== operations.at(-1)) operations = [...operations, last]
    }
  }
  // An operation without an await may fail only while everything is closed.
  if (uncaught.first !== undefined) thrown ??= { value: uncaught.first }
  if (death === undefined && !recovered) death = await lastWords(instance, signal)
  const window = instance.console.since(since)
  const unseen = instance.console.forgottenSince(since)
  const silence = death === undefined ? silenceIn(thrown?.value) : undefined
  if (silence !== undefined) {
    hang = await investigate(instance, silence, signal)
    death = await lastWords(instance, signal)
  } else if (observation.unfinished !== undefined && death === undefined) {
    seen = await lookAt(observation.unfinished, instance, signal)
    death = await lastWords(instance, signal)
  }
  const nextWindow = instance.console.mark()
  const vmcore = await dumpOf(test.name, instance, { death, hang, unfinished: observation.unfinished }, signal)
  const own = window.slice(linesBefore(test.name, window).length)
  // Lines of markers count: the kernel may print a part of a splat onto one.
  const { splats, allowed } = read(own)
  return {
    observation,
    ...(thrown === undefined ? {} : { thrown }),
    ...(death === undefined ? {} : { death }),
    ...(hang === undefined ? {} : { hang }),
    ...(seen === undefined ? {} : { seen }),
    ...(vmcore === undefined ? {} : { vmcore }),
    hasBegun,
    recovered,
    splats,
    allowed,
    earlier: late,
    unseen,
    leaks: left.leaks,
    warnings: withoutAllowed(left.warnings, [...late.allowed, ...allowed]).filter(
      (text) => !expected.some((pattern) => pattern.test(text)),
    ),
    operations,
    recording,
    console: own.filter((line) => !line.includes(markerPrefix)),
    nextWindow,
    milliseconds: performance.now() - started,
  }
}

/**
 * Writes a marker into the kernel's log, and waits until it has come through the console: gmemtest has then read everything
 * that the kernel printed before. Messages of level 0 reach a console of any log level.
 */
async function writeMarker(text: string, instance: Instance, signal: AbortSignal): Promise<void> {
  const seen = Promise.withResolvers<void>()
  using watch = new DisposableStack()
  watch.use(instance.console.onLine((line) => (line.includes(text) ? seen.resolve() : undefined)))
  await must(instance.agent.files.writeFile('/dev/kmsg', `<0>${text}\n`))
  const milliseconds = instance.accelerator.patience.for(markerMilliseconds)
  try {
    await withDeadline({ stage: 'a marker on the console', milliseconds, signal }, () => seen.promise)
  } catch (cause) {
    signal.throwIfAborted()
    const limit = `${milliseconds / 1000} s`
    const message = `wrote a marker to /dev/kmsg, but it did not reach the serial console within ${limit}`
    const hint = 'make console=ttyS0 the last console= on the command line of the kernel'
    throw new ProtocolError('CONSOLE_SILENT', message, { cause, hint })
  }
}
