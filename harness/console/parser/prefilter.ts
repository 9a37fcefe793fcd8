// Which lines of a log the parser has to look at: those with a text of a row in them, or with one that it needs itself.
import { NeedleFinder } from './multi-search.ts'
import type { Pattern } from './pattern-table.ts'

const markerNeedles = ['gmemtest: scenario ', 'gmemtest: a virtual machine, ']
/** Of what says that the next banner is no surprise. */
const goodbyeNeedles = ['reboot: ', 'kexec', 'Restarting system']
/** Of what says that traces were asked for. */
const askedNeedles = ['sysrq: ', 'FAULT_INJECTION: ', 'Sending NMI', 'NMI backtrace', 'task:']

// Making one takes longer than reading a short log.
const finders = new WeakMap<readonly Pattern[], NeedleFinder>()

export function finderFor(patterns: readonly Pattern[]): NeedleFinder {
  const known = finders.get(patterns)
  if (known !== undefined) return known
  const ours = [...askedNeedles, ...goodbyeNeedles, ...markerNeedles]
  const finder = new NeedleFinder([...patterns.map(({ needle }) => needle), ...ours])
  finders.set(patterns, finder)
  return finder
}
