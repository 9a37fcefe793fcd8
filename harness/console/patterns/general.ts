// Splats that no other row names: these rows come last, and their splats are failures all the same.
import { endTrace, rows } from './pattern.ts'

export const general = rows({
  // The stack that it reads is broken, or the code that it reads it by.
  unwinder: {
    kind: 'warning',
    needle: 'WARNING: kernel stack ',
    begin:
      /^WARNING: (?<what>kernel stack (?:regs|frame pointer)) at \S+ in (?<comm>.+):(?<pid>\d+) has bad (?<value>(?:'\w+' )?value)/,
    title: '$what has bad $value',
    hasTrace: false,
    blame: 'none',
    rank: 1,
  },
  // The kernel may go on, or print a BUG() or a warning behind it.
  'busy-inodes': {
    kind: 'vfs',
    needle: 'VFS: Busy inodes after unmount',
    begin: /^VFS: Busy inodes after unmount/,
    title: 'busy inodes after unmount',
    end: endTrace,
    hasTrace: false,
    cutFollows: true,
  },
  'file-count': {
    kind: 'vfs',
    needle: 'VFS: Close: file count is ',
    begin: /^VFS: (?<what>Close: file count is \d+)/,
    end: endTrace,
    hasTrace: false,
    cutFollows: true,
  },
  'dentry-in-use': {
    kind: 'vfs',
    needle: 'BUG: Dentry ',
    begin: /^BUG: Dentry .* still in use \(-?\d+\) \[/,
    title: 'dentry still in use',
    end: endTrace,
    hasTrace: false,
    cutFollows: true,
  },
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
