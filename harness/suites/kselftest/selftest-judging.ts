// From what happened to a program of the kernel's selftests to what is told of it.
import type { Allowance } from '../../kernel/definition/allowances.ts'
import { GmemtestError, messageOf, ProtocolError } from '../../base/errors.ts'
import type { BuildError } from '../../base/errors.ts'
import type { Diagnostic, RunEvent, TestPoint } from '../../report/events.ts'
import { fullName } from '../../kernel/definition/selftest-name.ts'
import type { SelftestName } from '../../kernel/definition/selftest-name.ts'
import { dayOf } from '../../console/sift.ts'
import type { Splat } from '../../console/splat.ts'
import { withoutAllowed } from '../../judge/without-allowed.ts'
import { CheckFailure } from '../../vocabulary/check.ts'
import { verdictOfBoot } from '../../judge/not-run.ts'
import { isOfKernel } from '../../judge/late.ts'
import type { Late } from '../../judge/late.ts'
import { judge } from '../../judge/verdict.ts'
import type { Happening, Judgement } from '../../judge/verdict.ts'
import type { RunnableSelftest, SelftestAttempt } from './selftest-attempt.ts'
import { sayingOf } from './program.ts'
import type { Saying } from './program.ts'

/** What the verdicts of a run depend on, beside what happens. */
export interface JudgingOptions {
  /** The name of the kernel definition, for messages. */
  readonly kernel: string
  /** The tests that this kernel is known to skip: only these may lead to SKIP. */
  readonly expectSkips: readonly string[]
  /** Complaints that are known. */
  readonly allow?: readonly Allowance[]
  /** The command line that runs one test again. */
  readonly again: (name: string) => string
}

/** What is told of a test. */
export type Finished = Omit<Extract<RunEvent, { type: 'scenario-finished' }>, 'type' | 'name' | 'title'>

/** A test that was tried, with what the kernel had complained about before it and nobody has been charged with. */
export interface Tried {
  readonly test: RunnableSelftest
  readonly result: SelftestAttempt
  readonly earlierSplats: readonly Splat[]
}

export interface Judged {
  readonly finished: Finished
  /** Why the machine must not be used any more. */
  readonly lost?: string
}

const mostLines = 30

/** The verdict on a test that was tried, with what came out of its machine `late`. */
export function judgeTried(tried: Tried, late: Late, options: JudgingOptions): Judged {
  const { test } = tried
  const result = withLate(tried.result, late)
  const saying = result.end === undefined ? undefined : sayingOf(result.end)
  const problem = problemIn(test, saying, options)
  const heard = happeningOf({ ...tried, result }, problem)
  const { allowed, ...counted } = withoutAllowed(heard, options.allow ?? [], dayOf(new Date()))
  const happening = { ...heard, ...counted }
  const { finished, lost } = told(test, result, { saying, happening, judgement: judge(happening) }, options)
  return {
    finished: { ...finished, ...(allowed.length === 0 ? {} : { allowed }) },
    ...(lost === undefined ? {} : { lost }),
  }
}

/** The verdict on a test whose program does not compile. */
export function notBuilt(
  test: SelftestName & { readonly error: BuildError },
  options: JudgingOptions,
): Finished {
  const { message, tail } = test.error
  const diagnostic = diagnosticOf(test, { message, output: tail, console: [] }, options)
  return { verdict: 'ERROR', milliseconds: 0, diagnostic }
}

/** The verdict on a test whose machine does not come up, because of `error`: the same as for scenarios. */
export function notBooted(test: SelftestName, error: unknown, options: JudgingOptions): Finished {
  const console = error instanceof GmemtestError ? error.tail.slice(-mostLines) : []
  const diagnostic = diagnosticOf(test, { message: messageOf(error), output: [], console }, options)
  return { verdict: verdictOfBoot(error), milliseconds: 0, beforehand: true, diagnostic }
}

function withLate(result: SelftestAttempt, { splats, death }: Late): SelftestAttempt {
  return {
    ...result,
    ...(isOfKernel(death) ? { death } : {}),
    splats: [...result.splats, ...splats],
    console: [...result.console, ...splats.flatMap(({ lines }) => lines)],
  }
}

/** What a program says against its kernel, or against itself. */
function problemIn(
  test: SelftestName,
  saying: Saying | undefined,
  { expectSkips, kernel }: JudgingOptions,
): Error | undefined {
  if (saying === undefined) return undefined
  switch (saying.verdict) {
    case 'pass':
      return undefined
    case 'fail':
      return new CheckFailure(saying.message)
    case 'broken':
      return new ProtocolError('SELFTEST_BROKEN', saying.message)
    case 'skip': {
      const name = fullName(test)
      if (expectSkips.includes(name)) return undefined
      const unexpected = `the definition of ${kernel} does not expect that (expectSkips lacks ${name})`
      return new CheckFailure(`it was skipped: ${saying.message}; ${unexpected}`)
    }
    default:
      return saying.verdict satisfies never
  }
}

/** What happened, in the words that scenarios are judged by: their table holds here as well. */
function happeningOf({ result, earlierSplats }: Tried, problem: Error | undefined): Happening {
  const { thrown, death, recovered, splats, unseen } = result
  const found = problem === undefined ? thrown : { value: problem }
  return {
    ...(found === undefined ? {} : { thrown: found }),
    ...(death === undefined ? {} : { death }),
    recovered,
    splats,
    unseen,
    earlierSplats,
    leaks: [],
    warnings: [],
  }
}

function told(
  test: RunnableSelftest,
  result: SelftestAttempt,
  judged: {
    readonly saying: Saying | undefined
    readonly happening: Happening
    readonly judgement: Judgement
  },
  options: JudgingOptions,
): Judged {
  const { saying, happening, judgement } = judged
  const { milliseconds } = result
  const points: readonly TestPoint[] = saying?.points ?? []
  const common = { milliseconds, ...(points.length === 0 ? {} : { points }) }
  if (judgement.verdict === 'PASS') {
    return saying?.verdict === 'skip'
      ? { finished: { verdict: 'SKIP', ...common, reason: saying.message } }
      : { finished: { verdict: 'PASS', ...common } }
  }
  const { verdict, message, beforehand } = judgement
  const [splat] = [...happening.splats, ...happening.earlierSplats]
  const console = splat === undefined ? result.console.slice(-mostLines) : splat.lines.slice(0, mostLines)
  const found = { message, at: saying?.at, output: outputOf(result), console }
  const diagnostic = diagnosticOf(test, found, options)
  return {
    finished: { verdict, ...common, ...(beforehand === undefined ? {} : { beforehand }), diagnostic },
    // A program that gave up has closed nothing: what it and its children left would be there for the next one.
    ...(saying?.verdict === 'skip' && judgement.instanceUsable ? {} : { lost: message }),
  }
}

function diagnosticOf(
  test: SelftestName,
  found: {
    readonly message: string
    readonly at?: string | undefined
    readonly output: readonly string[]
    readonly console: readonly string[]
  },
  options: JudgingOptions,
): Diagnostic {
  const { message, at, output, console } = found
  const again = options.again(fullName(test))
  return { message, rules: [], operations: [], output, console, again, ...(at === undefined ? {} : { at }) }
}

/** The last lines of what the program said, as far as they are from one stream after the other. */
function outputOf({ end }: SelftestAttempt): string[] {
  if (end === undefined) return []
  const lines = [end.stdout, end.stderr].flatMap((text) => text.split(/\r?\n/))
  return lines.filter((line) => line !== '').slice(-mostLines)
}
