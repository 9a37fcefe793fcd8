// Selects the lines of a log that the parser must read: those with the needle of a row, or with a needle of the parser.
import { markerPrefix } from '../markers.ts'
import { NeedleFinder } from './multi-search.ts'
import type { Pattern } from '../pattern-table.ts'

const markerNeedles = [`${markerPrefix} `, 'gmemtest: a virtual machine, ']
/** Of lines after which a boot banner is expected. */
const goodbyeNeedles = ['reboot: ', 'kexec', 'Restarting system']
/** Of lines after which traces were requested. */
const askedNeedles = ['sysrq: ', 'FAULT_INJECTION: ', 'Sending NMI', 'NMI backtrace', 'task:']

/** The rows of a table by the needles that their lines have. */
interface RowFinder {
  readonly needles: NeedleFinder
  /** The rows of each needle, in the order of the table: their own needle has this one within it. */
  readonly rows: ReadonlyMap<string, readonly Pattern[]>
}

// Building a finder takes longer than reading a short log.
const finders = new WeakMap<readonly Pattern[], NeedleFinder>()
const rowFinders = new WeakMap<readonly Pattern[], RowFinder>()

/** Gives the finder of all lines that the parser must read; each table has one. */
export function finderFor(patterns: readonly Pattern[]): NeedleFinder {
  const known = finders.get(patterns)
  if (known !== undefined) return known
  const ours = [...askedNeedles, ...goodbyeNeedles, ...markerNeedles]
  const finder = new NeedleFinder([...patterns.flatMap(({ needle }) => needle), ...ours])
  finders.set(patterns, finder)
  return finder
}

/** Finds the rows that may match a text, in the order of the table. */
export function rowsFor(patterns: readonly Pattern[], text: string): readonly Pattern[] {
  const { needles, rows } = rowFinderFor(patterns)
  const found = needles.needlesIn(text)
  const [only] = found
  if (only === undefined) return []
  if (found.length === 1) return rows.get(only) ?? []
  return patterns.filter((pattern) => found.some((inner) => mayHave(pattern, inner)))
}

function rowFinderFor(patterns: readonly Pattern[]): RowFinder {
  const known = rowFinders.get(patterns)
  if (known !== undefined) return known
  const all = patterns.flatMap(({ needle }) => needle)
  const rows = all.map((inner) => [inner, patterns.filter((pattern) => mayHave(pattern, inner))] as const)
  const finder = { needles: new NeedleFinder(all), rows: new Map(rows) }
  rowFinders.set(patterns, finder)
  return finder
}

/** Whether a needle of a row has this text within it. */
function mayHave({ needle }: Pattern, inner: string): boolean {
  return [needle].flat().some((one) => one.includes(inner))
}
