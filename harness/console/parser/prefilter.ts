// Selects the lines of a log that the parser must read: those with the needle of a row, or with a needle of the parser.
import { markerPrefix } from '../markers.ts'
import { NeedleFinder } from './multi-search.ts'
import type { Pattern } from '../pattern-table.ts'

const markerNeedles = [`${markerPrefix} `, 'gmemtest: a virtual machine, ']
/** Of lines after which a boot banner is expected. */
const goodbyeNeedles = ['reboot: ', 'kexec', 'Restarting system', 'crashdump kernel', 'Bye!']
/** Of some of the lines at time 0, which show a boot whose banner is lost. */
const bootNeedles = ['ommand line: ', 'Zone ranges:', 'Machine model: ', 'BIOS-provided ', 'Booting Linux on ']
/** Of lines after which traces were requested. */
const askedNeedles = ['sysrq: ', 'FAULT_INJECTION: ', 'Sending NMI', 'NMI backtrace', 'task:']

/** How many sets of needles are remembered; logs have a few dozen. */
const mostCombinations = 1000

/** The rows of a table by the needles that their lines have. */
interface RowFinder {
  readonly needles: NeedleFinder
  /** The rows of needles that a line has had, in the order of the table: their own needle has one of these within it. */
  readonly rows: Map<string, readonly Pattern[]>
}

// Building a finder takes longer than reading a short log.
const finders = new WeakMap<readonly Pattern[], NeedleFinder>()
const rowFinders = new WeakMap<readonly Pattern[], RowFinder>()

/** Gives the finder of all lines that the parser must read; each table has one. */
export function finderFor(patterns: readonly Pattern[]): NeedleFinder {
  const known = finders.get(patterns)
  if (known !== undefined) return known
  const ours = [...askedNeedles, ...bootNeedles, ...goodbyeNeedles, ...markerNeedles]
  const finder = new NeedleFinder([...patterns.flatMap(({ needle }) => needle), ...ours])
  finders.set(patterns, finder)
  return finder
}

/** Finds the rows that may match a text, in the order of the table. */
export function rowsFor(patterns: readonly Pattern[], text: string): readonly Pattern[] {
  const { needles, rows } = rowFinderFor(patterns)
  const found = needles.needlesIn(text)
  if (found.length === 0) return []
  const key = found.join('\n')
  const known = rows.get(key)
  if (known !== undefined) return known
  const some = patterns.filter((pattern) => found.some((inner) => mayHave(pattern, inner)))
  if (rows.size < mostCombinations) rows.set(key, some)
  return some
}

function rowFinderFor(patterns: readonly Pattern[]): RowFinder {
  const known = rowFinders.get(patterns)
  if (known !== undefined) return known
  const needles = new NeedleFinder(patterns.flatMap(({ needle }) => needle))
  const finder: RowFinder = { needles, rows: new Map() }
  rowFinders.set(patterns, finder)
  return finder
}

/** Whether a needle of a row has this text within it. */
function mayHave({ needle }: Pattern, inner: string): boolean {
  return [needle].flat().some((one) => one.includes(inner))
}
