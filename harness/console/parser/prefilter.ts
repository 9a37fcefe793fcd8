// Selects the lines of a log that the parser must read: those with the needle of a row, or with a needle of the parser.
import { markerPrefix } from '../markers.ts'
import { NeedleFinder } from './multi-search.ts'
import type { Pattern } from '../pattern-table.ts'

const markerNeedles = [`${markerPrefix} `, 'gmemtest: a virtual machine, ']
/** Of lines after which a boot banner is expected. */
const goodbyeNeedles = ['reboot: ', 'kexec', 'Restarting system']
/** Of lines after which traces were requested. */
const askedNeedles = ['sysrq: ', 'FAULT_INJECTION: ', 'Sending NMI', 'NMI backtrace', 'task:']

// Building a finder takes longer than reading a short log.
const finders = new WeakMap<readonly Pattern[], NeedleFinder>()

/** Gives the finder for a table; each table has one. */
export function finderFor(patterns: readonly Pattern[]): NeedleFinder {
  const known = finders.get(patterns)
  if (known !== undefined) return known
  const ours = [...askedNeedles, ...goodbyeNeedles, ...markerNeedles]
  const finder = new NeedleFinder([...patterns.map(({ needle }) => needle), ...ours])
  finders.set(patterns, finder)
  return finder
}
