// Splats that no other row names: these rows come last, and their splats are failures all the same.
import { endTrace, rows } from './pattern.ts'

export const general = rows({
  'unknown-bug': {
    kind: 'bug',
    needle: 'BUG',
    begin: /^(?<what>(?:[\w.-]+: )?BUG(?:: | at |\/| in ).*)/,
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  'unknown-warning': {
    kind: 'warning',
    needle: 'WARNING: ',
    begin: /^(?<what>WARNING: .*)/,
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  'unknown-info': {
    kind: 'info',
    needle: 'INFO: ',
    begin: /^(?<what>(?:\[ )?INFO: .*)/,
    hasTrace: false,
    rank: 1,
    isGeneral: true,
  },
  'cut-here': {
    kind: 'warning',
    needle: '[ cut here ]',
    begin: /^-+\[ cut here \]-+/,
    title: 'a report without a text',
    end: endTrace,
    rank: 0,
  },
  // A trace that belongs to no other splat; the line before it may give the reason.
  'call-trace': { kind: 'trace', needle: 'Call ', begin: /^Call [tT]race:/, title: 'call trace', rank: 0 },
})
