// Compares the totals that a kselftest program prints with its results.
import type { LogLine } from './log-lines.ts'
import type { Directive } from './line.ts'
import type { KtapTest, Status } from './tree.ts'

const words = ['pass', 'fail', 'xfail', 'xpass', 'skip', 'error'] as const
type Word = (typeof words)[number]

const byStatus: Partial<Record<Status, Word>> = { passed: 'pass', failed: 'fail' }
/** The directives that count by themselves, with any status. */
const byDirective: Partial<Record<Directive, Word>> = { SKIP: 'skip', XFAIL: 'xfail', XPASS: 'xpass', ERROR: 'error' }

const totalsLine = /^\s*# Totals: (?<totals>pass:\d+ fail:\d+ xfail:\d+ xpass:\d+ skip:\d+ error:\d+)/

/** Describes how the last line of totals differs from the results; nothing when they agree or there is none. */
export function totalsProblem(
  lines: readonly LogLine[],
  tests: readonly KtapTest[],
): { readonly line: number; readonly problem: string } | undefined {
  const last = lines.findLast(({ text }) => totalsLine.test(text))
  const said = totalsLine.exec(last?.text ?? '')?.groups?.['totals']
  if (last === undefined || said === undefined) return undefined
  const found = words.map((word) => `${word}:${tests.filter((test) => wordFor(test) === word).length}`).join(' ')
  if (found === said) return undefined
  return { line: last.number, problem: `the totals say ${said}, the results ${found}` }
}

/** Gives the word under which kselftest counts a result. */
function wordFor({ status, directive }: KtapTest): Word | undefined {
  return (directive && byDirective[directive]) ?? byStatus[status]
}
