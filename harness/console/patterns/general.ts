// Complaints that no other row names: they come last, and they are failures all the same.
import { endTrace } from './pattern.ts'
import type { Pattern } from './pattern.ts'

export const general: readonly Pattern[] = [
  {
    name: 'unknown-bug',
    kind: 'bug',
    needle: 'BUG',
    begin: /^(?<what>(?:[\w.-]+: )?BUG(?:: | at |\/| in ).*)/,
    title: '$what',
    end: 'trace',
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  {
    name: 'unknown-warning',
    kind: 'warning',
    needle: 'WARNING: ',
    begin: /^(?<what>WARNING: .*)/,
    title: '$what',
    end: 'trace',
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  {
    name: 'unknown-info',
    kind: 'info',
    needle: 'INFO: ',
    begin: /^(?<what>(?:\[ )?INFO: .*)/,
    title: '$what',
    end: 'trace',
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  {
    name: 'cut-here',
    kind: 'warning',
    needle: '[ cut here ]',
    begin: /^-+\[ cut here \]-+/,
    title: 'a report without a text',
    end: endTrace,
    hasTrace: true,
    rank: 0,
  },
  {
    // A trace that belongs to nothing; the line before it may say why.
    name: 'call-trace',
    kind: 'trace',
    needle: 'Call ',
    begin: /^Call [tT]race:/,
    title: 'call trace',
    end: 'trace',
    hasTrace: true,
    rank: 0,
  },
]
