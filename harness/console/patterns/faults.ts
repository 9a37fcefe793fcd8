// Panics, faults, and the output of BUG() and WARN(): kernel/panic.c, lib/bug.c, arch/x86/kernel/traps.c, arch/x86/mm/fault.c.
import { endTrace, rows, wholePlace } from './pattern.ts'

export const faults = rows({
  panic: {
    kind: 'panic',
    needle: 'Kernel panic',
    begin:
      /^Kernel panic - not syncing(?:: (?<what>stack-protector: Kernel stack is corrupted(?= in: )|.*)(?: in: (?<function>[A-Za-z_][\w.]*)\+0x)?)?/,
    title: 'Kernel panic: $what',
    end: /^---\[ end Kernel panic|^Rebooting in \d+ seconds/,
    hasTrace: false,
  },
  // A triple fault prints nothing at all: the next line is the banner of the next boot.
  reboot: {
    kind: 'reboot',
    needle: 'Linux version ',
    begin: /^Linux version (?<what>\d+\.\d+\S*)/,
    title: 'unexpected boot of Linux $what',
    end: 'line',
  },
  // The banner may be lost, or the boot may end before it.
  'early-boot': {
    kind: 'reboot',
    needle: ['ooting the kernel', 'early console in '],
    begin: /^(?:(?:Decompressing|Uncompressing) Linux.*|\s*)[Bb]ooting the kernel\b|^early console in \w+/,
    title: 'unexpected boot',
    end: 'line',
  },
  'stack-guard-page': {
    kind: 'stack-overflow',
    needle: 'stack guard page was hit',
    begin: /^BUG: (?:(?<what>\S+) )?stack guard page was hit at/,
    title: '$what stack guard page was hit',
    end: endTrace,
    inside: /^kernel stack overflow \(/,
  },
  'stack-overflow-arm64': {
    kind: 'stack-overflow',
    needle: 'Insufficient stack space',
    begin: /^Insufficient stack space to handle exception!/,
    title: 'stack overflow',
    end: /^---\[ end (?:trace|Kernel panic)/,
    hasTrace: false,
  },
  'stack-overflow': {
    kind: 'stack-overflow',
    needle: 'kernel stack overflow',
    begin: /^(?:BUG: )?kernel stack overflow/,
    title: 'kernel stack overflow',
    end: endTrace,
  },
  'double-fault': {
    kind: 'oops',
    needle: 'PANIC: ',
    begin: /^(?:traps: )?PANIC: (?<what>double fault)/,
    end: endTrace,
  },
  'null-dereference': {
    kind: 'oops',
    needle: 'NULL pointer dereference',
    begin: /^BUG: (?:[kK]ernel|unable to handle kernel) NULL pointer dereference/,
    title: 'NULL pointer dereference',
    end: endTrace,
  },
  'page-fault': {
    kind: 'oops',
    needle: 'unable to handle',
    // Older kernels print this line in two parts.
    begin: /^BUG: unable to handle (?:kernel )?(?:page fault|paging request|(?:\[ *\d+\.\d+\].*)?$)/,
    title: 'page fault',
    end: endTrace,
    complete: /page fault|paging request/,
  },
  // Also powerpc, s390, mips and loongarch.
  'unable-to-handle-arm64': {
    kind: 'oops',
    needle: ['Unable to handle kernel', 'Unable to handle unknown', 'BUG: unsupported FP '],
    begin:
      /^(?:BUG: |CPU \d+ )?(?:Unable to handle (?:kernel )?|(?=unsupported FP ))(?<what>NULL pointer dereference|[\w .=-]+?)(?: (?:on|for) \w+)?(?: at (?:virtual\b|address |0x).*| in virtual .*| \(NULL pointer\?\)|$)/,
    end: endTrace,
  },
  // arm prints no dump for a fault of a program.
  'unhandled-fault': {
    kind: 'oops',
    needle: 'Unhandled ',
    begin: /^Unhandled (?<what>(?:fault|prefetch abort): .*?)(?: \(0x[0-9a-f]+\))?(?: at 0x[0-9a-f]+)?$/,
    title: 'Unhandled $what',
    end: endTrace,
    hasTrace: false,
  },
  'general-protection-fault': {
    kind: 'oops',
    needle: 'general protection fault',
    begin: /^(?:Oops: )?(?<what>general protection fault)(?:: [0-9a-f]{4}|, (?:probably|maybe) for|, .*\[#\d+\])/,
    end: endTrace,
  },
  // The line of die(). The text, the code and the distance before the number depend on the processor.
  oops: {
    kind: 'oops',
    needle: 'Oops',
    begin:
      /^(?:Internal error: )?Oops(?:(?::| -) (?<what>[a-zA-Z][\w ,()-]*?))?(?:, sig: \d+)?(?:: [0-9a-f]{1,16})?(?: ilc:\d)? ?(?:- \w+ )?\[#\d+\]/,
    end: endTrace,
    rank: 1,
  },
  trap: {
    kind: 'oops',
    needle: ' [#',
    begin: /^(?:Internal error: )?(?:(?<what>[a-zA-Z][\w ,.()/-]*)?: [0-9a-f]{1,16}(?: ilc:\d)?|Kernel BUG) \[#\d+\]/,
    end: endTrace,
    rank: 1,
  },
  // mips and loongarch put the number right behind the text, and a colon behind it; parisc has a code.
  'trap-mips': {
    kind: 'oops',
    needle: ['kernel code[#', 'bug detected[#', 'access[#', 'context![#', ': Code='],
    begin: /^(?:CPU \d+ )?(?<what>[A-Z][\w -]*!?)(?:\[#\d+\]:|(?: \([^()]*\))?: Code=\d+ \()/,
    end: endTrace,
    rank: 1,
  },
  'bug-at': {
    kind: 'bug',
    needle: 'ernel BUG at ',
    begin: /^[kK]ernel BUG at (?:(?<function>[A-Za-z_][\w.]*)\+0x\S+ \[verbose)?/,
    title: 'kernel BUG',
    end: endTrace,
    complete: /:\d+!|\[verbose/,
  },
  'cfi-failure': {
    kind: 'cfi',
    needle: 'CFI failure',
    begin: /^CFI failure at (?<function>[A-Za-z_][\w.]*)/,
    title: 'CFI failure',
    end: endTrace,
  },
  usercopy: {
    kind: 'usercopy',
    needle: 'usercopy: ',
    begin: /^usercopy: Kernel memory (?<what>exposure|overwrite) attempt detected/,
    title: 'usercopy: memory $what attempt',
    end: endTrace,
    cutFollows: true,
  },
  warning: {
    kind: 'warning',
    needle: 'WARNING: CPU: ',
    begin: /^WARNING: CPU: (?<cpu>\d+) PID: (?<pid>\d+) at (?:\S+:\d+ )?(?<function>[A-Za-z_][\w.]*(?![\w.:/-]))?/,
    title: 'WARNING',
    end: endTrace,
    complete: wholePlace(String.raw`^WARNING: CPU: \d+ PID: \d+ at (?:\S+:\d+ )?`),
    rank: 1,
  },
  // Since Linux 7.0 the place comes first; before 3.13 there was no processor.
  'warning-at': {
    kind: 'warning',
    needle: 'WARNING: ',
    begin:
      /^WARNING: (?:(?:\[.{1,200}?\] )?\S+:\d+ )?at (?:\S+:\d+ )?(?:(?<function>[A-Za-z_][\w.]*)(?:\+0x[^\s,]*| .*\[inline\]| \(\S+:[\d?]+.*\))|0x[0-9a-f]+(?=, CPU#))(?:.*, CPU#(?<cpu>\d+): (?<comm>.+)\/(?<pid>\d+)$)?/,
    title: 'WARNING',
    end: endTrace,
    complete: /, CPU#\d+: .+\/\d+$|\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[[\w-]+\])?\(\)/,
    rank: 1,
  },
})
