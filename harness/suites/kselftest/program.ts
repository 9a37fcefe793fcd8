// Reads the result of a selftest program: from KVM's assertions, its exit code and its test points.
import { readProgram } from '../../ktap/read.ts'
import { isFailure, type KtapReport, type KtapTest } from '../../ktap/tree.ts'
import type { TestPoint } from '../../report/events.ts'

/** The end of a program, with its output. */
export interface ProgramEnd {
  /** Missing when a signal ended it, or the deadline. */
  readonly exitCode: number | undefined
  /** Without SIG: `SEGV`. */
  readonly signal: string | undefined
  /** Present when its deadline ended the program: the deadline in seconds. */
  readonly timedOut?: number
  readonly stdout: string
  readonly stderr: string
}

export interface Saying {
  /** `broken`: the program itself is broken, or its result is not clear. */
  readonly verdict: 'pass' | 'skip' | 'fail' | 'broken'
  /** The reason; empty when the program passed. */
  readonly message: string
  /** The place where the program gave up: `guest_memfd_test.c:99`. */
  readonly at?: string
  readonly points: readonly TestPoint[]
}

// kselftest.h, and KVM's assertions with 254
const exitCodes = { pass: 0, expectedFailure: 2, unexpectedPass: 3, skip: 4 } as const
// timeout(1), when the program has a wrapper of its own
const timeoutExitCode = 124
const notStarted: ReadonlySet<number> = new Set([126, 127])
/** A shell adds the number of the signal that ended a command. */
const signalExitCodes = { first: 129, last: 159 } as const

/** Reads the result of a program. The first match wins: assertions, then the exit code, then test points. */
export function sayingOf(end: ProgramEnd): Saying {
  const report = readProgram(end.stdout)
  const points = report.tests.map(pointOf)
  const assertion = assertionIn(end)
  const at = assertion?.at
  return { ...verdictOf(end, report, assertion), ...(at === undefined ? {} : { at }), points }
}

type Judged = Pick<Saying, 'verdict' | 'message'>

function verdictOf(end: ProgramEnd, report: KtapReport, assertion: Assertion | undefined): Judged {
  if (assertion !== undefined) return failed(`an assertion failed: ${assertion.text}${contradiction(end)}`)
  if (end.timedOut !== undefined) return failed(`it did not end within ${end.timedOut} s`)
  const { exitCode } = end
  if (exitCode === timeoutExitCode) return failed('its own time limit ended it (exit code 124)')
  const signal = end.signal ?? signalOf(exitCode)
  if (signal !== undefined || exitCode === undefined) return broken(`it was ended by ${signal ?? 'an unknown event'}`)
  if (notStarted.has(exitCode)) return broken(`it could not be started (exit code ${exitCode})`)
  const bailOut = report.problems.find(({ problem }) => problem.startsWith('Bail out!'))
  if (bailOut !== undefined) return failed(bailOut.problem)
  // A point without a result is judged below: the output is not complete.
  const failures = report.tests.filter((test) => isFailure(test) && test.line !== undefined)
  const [first] = failures
  if (first !== undefined) {
    return failed(`${failures.length} of ${report.tests.length} points failed: ${first.name || '(no name)'}`)
  }
  return byExitCode(exitCode, report)
}

function byExitCode(exitCode: number, report: KtapReport): Judged {
  const flaw = flawOf(report)
  switch (exitCode) {
    case exitCodes.expectedFailure:
      // Without a point that failed as expected, the code has another meaning: exit(2), err(2, …), misuse of a shell.
      if (!hasExpectedFailure(report.tests)) return failed(withFlaw(`exit code ${exitCode}`, flaw))
      return byPoints(report, flaw)
    case exitCodes.pass:
      return byPoints(report, flaw)
    case exitCodes.skip:
      // A program that skips in the middle does not fulfil its plan, but the points that have passed must not get lost.
      return report.counts.passed > 0
        ? broken(`it reports a skip (exit code 4), after ${report.counts.passed} of its points had passed`)
        : { verdict: 'skip', message: reasonOf(report) }
    case exitCodes.unexpectedPass:
      return failed('a point that was expected to fail has passed (exit code 3)')
    default:
      return failed(withFlaw(`exit code ${exitCode}`, flaw))
  }
}

/** Judges a program whose exit code is that of a success. */
function byPoints(report: KtapReport, flaw: string | undefined): Judged {
  if (flaw !== undefined) return broken(flaw)
  return report.status === 'skipped' || report.skip !== undefined
    ? { verdict: 'skip', message: reasonOf(report) }
    : { verdict: 'pass', message: '' }
}

function hasExpectedFailure(tests: readonly KtapTest[]): boolean {
  return tests.some((test) => test.directive === 'XFAIL' || hasExpectedFailure(test.tests))
}

function withFlaw(message: string, flaw: string | undefined): string {
  return flaw === undefined ? message : `${message}; ${flaw}`
}

/** Returns the flaw in the test points of a program that passed. No points at all are no flaw. */
function flawOf(report: KtapReport): string | undefined {
  const [problem] = report.problems
  if (problem !== undefined) {
    const { line, test, problem: what } = problem
    return `line ${line} of its output: ${test === '' ? '' : `${test}: `}${what}`
  }
  return report.tests.length > 0 && report.planned === undefined
    ? 'its output has no plan, so that points may be missing'
    : undefined
}

function reasonOf(report: KtapReport): string {
  const reason = report.skip ?? report.tests.find(({ directive }) => directive === 'SKIP')?.reason
  return reason === undefined || reason === '' ? 'the program gives no reason' : reason
}

interface Assertion {
  readonly text: string
  readonly at: string | undefined
}

/** Finds the output of TEST_ASSERT of KVM's selftests: the expression with its place, the errno, a trace, and a message. */
function assertionIn({ stdout, stderr }: ProgramEnd): Assertion | undefined {
  for (const output of [stderr, stdout]) {
    const lines = output.split(/\r?\n/)
    const begin = lines.findIndex((line) => line.includes('==== Test Assertion Failure ===='))
    if (begin === -1) continue
    const [place = '', ...rest] = lines.slice(begin + 1)
    const { at, expression } = /^\s*(?<at>\S+:\d+): (?<expression>.*)$/.exec(place)?.groups ?? {}
    const errno = rest.map((line) => /errno=(\d+ - .*)$/.exec(line)?.[1]).find((found) => found !== undefined)
    const meant = rest.findLast((line) => /^ {2}\S/.test(line) && !line.includes('errno='))
    const parts = [expression ?? place.trim(), meant?.trim(), errno && `errno ${errno}`]
    return { text: parts.filter((part) => part !== undefined && part !== '').join('; '), at }
  }
  return undefined
}

/** Notes an exit code that contradicts a failed assertion: KVM's selftests skip after EACCES. */
function contradiction({ exitCode }: ProgramEnd): string {
  if (exitCode === exitCodes.skip) return ' (its exit code says that it was skipped: KVM does so after EACCES)'
  return exitCode === exitCodes.pass ? ' (its exit code says that it passed)' : ''
}

function signalOf(exitCode: number | undefined): string | undefined {
  if (exitCode === undefined || exitCode < signalExitCodes.first || exitCode > signalExitCodes.last) return undefined
  return `signal ${exitCode - 128}`
}

function failed(message: string): Judged {
  return { verdict: 'fail', message }
}

function broken(message: string): Judged {
  return { verdict: 'broken', message }
}

/** Turns a test of KTAP into one of TAP 14, which has the directives SKIP and TODO alone. */
function pointOf(test: KtapTest): TestPoint {
  const { name, status, directive, reason, tests } = test
  const text = [directive, reason].filter((part) => part !== undefined && part !== '').join(' ')
  const points = tests.map(pointOf)
  return {
    ok: status === 'passed' || (status === 'skipped' && directive !== 'TODO'),
    // kselftest.h puts what was skipped behind the directive.
    name: name !== '' ? name : status === 'crashed' ? '(no result)' : (reason ?? '(no name)'),
    ...(status === 'skipped' ? { directive: 'SKIP', reason: reason ?? '' } : {}),
    ...(isExpected(test) ? { directive: 'TODO', reason: text } : {}),
    ...(points.length === 0 ? {} : { points }),
  }
}

function isExpected(test: KtapTest): boolean {
  if (test.status === 'skipped') return test.directive === 'TODO'
  return (test.status === 'failed' || test.status === 'crashed') && !isFailure(test)
}
