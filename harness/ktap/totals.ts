// Compares the totals that a kselftest program prints with its results.
import type { LogLine } from './extract.ts'
import type { KtapTest } from './tree.ts'

const words = ['pass', 'fail', 'xfail', 'xpass', 'skip', 'error'] as const
type Word = (typeof words)[number]

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
  switch (directive) {
    case 'SKIP':
      return 'skip'
    case 'XFAIL':
      return 'xfail'
    case 'XPASS':
      return 'xpass'
    case 'ERROR':
      return 'error'
    case 'TODO':
    case 'TIMEOUT':
    case undefined:
      break
    default:
      return directive satisfies never
  }
  if (status === 'passed') return 'pass'
  return status === 'failed' ? 'fail' : undefined
}
