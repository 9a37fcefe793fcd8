// One scenario in one machine: markers on the console around it, a deadline over it, everything closed after it.
import { must } from '../agent/wire/call.ts'
import type { Dialect } from '../uapi/dialect.ts'
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { ProtocolError } from '../base/errors.ts'
import { findSplats } from '../console/find-splats.ts'
import type { Splat } from '../console/find-splats.ts'
import type { VmDeath } from '../vm/vm.ts'
import { createContext } from '../vocabulary/create-context.ts'
import type { Hang } from '../judge/hang.ts'
import { investigate, silenceIn } from '../judge/diagnose-hang.ts'
import type { LeakReport, LeakWatch } from '../oracle/leaks.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import type { Instance } from '../instance/instance.ts'
import { examine } from '../judge/post-mortem.ts'
import type { Attempt } from '../judge/attempt.ts'
import { lastWords } from '../instance/last-words.ts'

const cleanUpMilliseconds = 10_000
// A marker comes through the console a moment after the write to /dev/kmsg has returned.
const markerMilliseconds = 2000
const markerPrefix = 'gmemtest: scenario'

export interface AttemptOptions {
  readonly dialect: Dialect
  readonly signal: AbortSignal
  /** What the machine's counters were before. */
  readonly watch: LeakWatch
  /** Where on the console nobody has looked yet: windows leave no gaps. */
  readonly since: number
  /**
   * Called when the scenario is about to begin, with what the kernel has complained about since `since`: that belongs to
   * the scenario before it in this machine, or to the boot. What it throws is the end of this scenario.
   */
  readonly onBegun?: (late: readonly Splat[]) => void | Promise<void>
  /** Whether no other scenario will run in this machine; asked when this one is over. */
  readonly isLast: () => boolean
}

/**
 * Runs a scenario to its end, whatever that is; the machine may be unusable afterwards (`judge` says so).
 * @throws the reason of `signal` when the run is called off
 */
export async function attempt(
  scenario: NamedScenario,
  instance: Instance,
  options: AttemptOptions,
): Promise<Attempt> {
  const { signal, dialect } = options
  const { timeFactor } = instance.accelerator
  const started = performance.now()
  let death: VmDeath | undefined
  let thrown: { readonly value: unknown } | undefined
  let hang: Hang | undefined
  let late: readonly Splat[] = []
  let hasBegun = false
  let recovered = false
  let left: LeakReport = { leaks: [], warnings: [] }
  const expected: RegExp[] = []

  /** Gives up when the time is over, or at once when the machine dies. */
  async function within(stage: string, milliseconds: number, work: () => Promise<void>): Promise<void> {
    await withDeadline({ stage, milliseconds: milliseconds * timeFactor, signal }, async () => {
      const died = instance.died.then((how) => {
        death = how
        throw new ProtocolError('VM_DIED', 'the virtual machine died')
      })
      await Promise.race([work(), died])
    })
  }

  try {
    await within(`scenario ${scenario.name}`, scenario.timeout * 1000, async () => {
      await writeMarker(`${scenario.name} begins`, instance, signal)
      late = findSplats(before(scenario, instance.console.since(options.since)))
      await options.onBegun?.(late)
      hasBegun = true
      await scenario.run(createContext(instance.agent, dialect, (pattern) => void expected.push(pattern)))
    })
  } catch (value) {
    signal.throwIfAborted()
    thrown = { value }
  }
  const operations = operationsSince(instance.agent.recentOperations, scenario)
  // After a deadline the agent is still busy with what it was told: there is nothing to close yet.
  if (death === undefined && !(thrown?.value instanceof DeadlineExceeded)) {
    try {
      await within(`closing everything after ${scenario.name}`, cleanUpMilliseconds, async () => {
        await instance.agent.reset()
        left = await options.watch.report({ isLast: options.isLast() })
        await writeMarker(`${scenario.name} ended`, instance, signal)
      })
      recovered = true
    } catch (value) {
      signal.throwIfAborted()
      thrown ??= { value }
    }
  }
  if (death === undefined && !recovered) {
    death = await lastWords(instance, signal)
  }
  const window = instance.console.since(options.since)
  const unseen = instance.console.forgottenSince(options.since)
  const silence = death === undefined ? silenceIn(thrown?.value) : undefined
  if (silence !== undefined) {
    hang = await investigate(instance, silence, signal)
    death = await lastWords(instance, signal)
  }
  const nextWindow = instance.console.mark()
  const own = window.slice(before(scenario, window).length)
  // With the markers: what was torn onto the line of one counts.
  const splats = findSplats(own)
  const found = { death, hang, splat: splats[0] ?? late[0] }
  return {
    ...(thrown === undefined ? {} : { thrown }),
    ...(death === undefined ? {} : { death }),
    ...(await examine(scenario, instance, found, signal)),
    hasBegun,
    recovered,
    splats,
    unseen,
    earlierSplats: late,
    leaks: left.leaks,
    warnings: left.warnings.filter((text) => !expected.some((pattern) => pattern.test(text))),
    nextWindow,
    operations,
    console: own.filter((line) => !line.includes(markerPrefix)),
    milliseconds: performance.now() - started,
  }
}

/** The lines before the scenario's own first marker; none when it is not among them. */
function before(scenario: NamedScenario, lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.includes(`${markerPrefix} ${scenario.name} begins`))
  return lines.slice(0, Math.max(0, begin))
}

/** The operations of this scenario, as far back as the agent remembers them. */
function operationsSince(lines: readonly string[], scenario: NamedScenario): readonly string[] {
  const begin = lines.findLastIndex((line) => line.includes(`${markerPrefix} ${scenario.name} begins`))
  return lines.slice(begin + 1)
}

/**
 * Writes a marker into the kernel's log, and waits until it comes through the console: all that was printed before has been
 * read then. Level 0 is shown on the console whatever its log level is.
 */
async function writeMarker(what: string, instance: Instance, signal: AbortSignal): Promise<void> {
  const text = `${markerPrefix} ${what}`
  const seen = Promise.withResolvers<void>()
  using watch = new DisposableStack()
  watch.use(instance.console.onLine((line) => (line.includes(text) ? seen.resolve() : undefined)))
  await must(instance.agent.files.writeFile('/dev/kmsg', `<0>${text}\n`))
  const milliseconds = markerMilliseconds * instance.accelerator.timeFactor
  try {
    await withDeadline({ stage: 'a marker on the console', milliseconds, signal }, () => seen.promise)
  } catch (cause) {
    signal.throwIfAborted()
    const message = 'the console does not show what is written to it, so its silence proves nothing'
    throw new ProtocolError('CONSOLE_SILENT', message, { cause })
  }
}
