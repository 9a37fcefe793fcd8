// The outcome of a judged test, with a diagnostic unless it passed: enough to understand the failure, and to run the test again.
import { copiablePath } from '../base/paths.ts'
import type { Diagnostic, SplatNote } from '../report/events.ts'
import { CheckFailure } from '../base/check-failure.ts'
import type { Splat } from '../console/find-splats.ts'
import type { Attempt } from './attempt.ts'
import type { Finished, JudgeFacts, Subject } from './facts.ts'
import type { Judgement } from './verdict.ts'

const mostOperations = 12
const mostFrames = 40
/** The largest number of console lines in a diagnostic. */
export const consoleLines = 30

/** Returns the outcome of a test that was judged. */
export async function finishedOf(
  test: Subject,
  attempt: Attempt,
  { verdict, message, beforehand }: Judgement,
  { again, decode }: JudgeFacts,
): Promise<Finished> {
  const { milliseconds, observation } = attempt
  const allowed = [...attempt.earlier.allowed, ...attempt.allowed]
  const { points = [], conversions = [] } = observation
  const common = {
    milliseconds,
    ...(points.length === 0 ? {} : { points }),
    ...(conversions.length === 0 ? {} : { conversions }),
    ...(beforehand === undefined ? {} : { beforehand }),
    ...(allowed.length === 0 ? {} : { allowed: allowed.map(({ note }) => note) }),
    ...splatsOf(attempt),
  }
  if (verdict === 'PASS') return { verdict, ...common }
  if (verdict === 'SKIP') return { verdict, ...common, reason: observation.skipped ?? message }
  const diagnostic = await diagnose(test, attempt, { message, again: again(test.name), decode })
  return { verdict, ...common, diagnostic }
}

/** Returns the splats of an attempt for its event, each fault once; no field without a splat. */
function splatsOf({ splats, allowed, earlier }: Attempt): Pick<Finished, 'splats'> {
  const counted = [...earlier.splats, ...splats].map((splat) => ({ splat, note: undefined }))
  const all = [...counted, ...earlier.allowed, ...allowed]
  const notes = new Map<string, SplatNote>()
  for (const { splat, note } of all) {
    const { fingerprint, kind, title } = splat
    if (notes.has(fingerprint)) continue
    notes.set(fingerprint, { fingerprint, kind, title, ...(note === undefined ? {} : { allowed: note }) })
  }
  return notes.size === 0 ? {} : { splats: [...notes.values()] }
}

/** Returns the diagnostic of an attempt that was judged with `message`. */
export async function diagnose(
  test: Subject,
  attempt: Attempt,
  { message, again, decode }: { readonly message: string; readonly again: string } & Pick<JudgeFacts, 'decode'>,
): Promise<Diagnostic> {
  const { observation, hang, vmcore, seen = hang?.details } = attempt
  const problem = attempt.thrown?.value ?? observation.problem
  const at = observation.at ?? lineIn(test.file, problem)
  const [splat] = [...attempt.splats, ...attempt.earlier.splats]
  const trace = splat === undefined ? [] : await decode(callTrace(splat))
  return {
    message,
    rules: test.rules,
    operations: attempt.operations.slice(-mostOperations),
    ...(problem instanceof CheckFailure && problem.compared ? { wanted: problem.wanted, found: problem.found } : {}),
    ...(at === undefined ? {} : { at }),
    ...(observation.output === undefined ? {} : { output: observation.output }),
    ...(seen === undefined ? {} : { seen: await decode(seen) }),
    ...(trace.length === 0 ? {} : { trace }),
    ...(vmcore === undefined ? {} : { vmcore }),
    console: consoleExcerpt(attempt),
    again,
  }
}

/** Returns the lines of the first splat when the kernel has continued after it; else the last lines of the console. */
function consoleExcerpt({ splats, earlier, death, hang, console }: Attempt): readonly string[] {
  const [splat] = [...splats, ...earlier.splats]
  return splat === undefined || death !== undefined || hang !== undefined
    ? console.slice(-consoleLines)
    : splat.lines.slice(0, consoleLines)
}

/** Returns the line of the test file in the stack of an error: `tests/scenarios/TOPIC/NAME.ts:LINE` in the checkout. */
export function lineIn(file: string | undefined, error: unknown): string | undefined {
  if (file === undefined || !(error instanceof Error)) return undefined
  for (const frame of (error.stack ?? '').split('\n')) {
    const start = frame.indexOf(file)
    const line = start === -1 ? undefined : /^:(\d+)/.exec(frame.slice(start + file.length))?.[1]
    if (line !== undefined) return `${copiablePath(file)}:${line}`
  }
  return undefined
}

/** Returns the functions of the trace, the innermost one first; the exact position of the processor begins with `RIP: `. */
export function callTrace({ trace }: Pick<Splat, 'trace'>): readonly string[] {
  return trace.slice(0, mostFrames).map(({ symbol, offset, size, module, isExact }) => {
    const place = offset === undefined ? symbol : `${symbol}+0x${offset.toString(16)}/0x${(size ?? 0).toString(16)}`
    return `${isExact === true ? 'RIP: ' : ''}${place}${module === undefined ? '' : ` [${module}]`}`
  })
}
