// Oopses of processors that have words of their own for them: each is one splat, with its function in the title.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const splats: readonly (readonly [what: string, lines: readonly string[], splat: object])[] = [
  [
    'an oops of xtensa, whose counter is an address',
    [
      '[    3.100000] Unable to handle kernel paging request at virtual address 00000000',
      '[    3.100001]  pc = d0123456, ra = 90123456',
      '[    3.100002] Oops: sig: 11 [#1] PREEMPT',
      '[    3.100003] pc: d0123456, ps: 00060b20, depc: 00000018, excvaddr: 00000000',
      '[    3.100004] Call Trace:',
      '[    3.100005]  [<d0123456>] frob_read+0x1c/0x40',
    ],
    { kind: 'oops', title: 'paging request in frob_read' },
  ],
  [
    'an oops of m68k, with a frame behind the headline of the trace',
    [
      '[    3.100000] Unable to handle kernel NULL pointer dereference at virtual address 00000000',
      '[    3.100001] Oops: 00000000',
      '[    3.100002] PC: [<0012abcd>] frob_read+0x1c/0x40',
      '[    3.100003] Call Trace: [<0012abce>] frob_call+0x1c/0x40',
      '[    3.100004]  [<0012abcf>] frob_more+0x1c/0x40',
    ],
    { kind: 'oops', title: 'NULL pointer dereference in frob_read', trace: { length: 3 } },
  ],
  [
    'an oops of sparc, whose counter is in brackets',
    [
      '[    3.100000] Unable to handle kernel NULL pointer dereference',
      '[    3.100001] frob(77): Oops [#1]',
      '[    3.100002] TPC: <frob_read+0x20/0x80>',
      '[    3.100003] Call Trace:',
      '[    3.100004] [<00000000006a0f20>] frob_more+0x20/0x80',
    ],
    { kind: 'oops', title: 'NULL pointer dereference in frob_read' },
  ],
  ...[
    'Kernel Fault: Code=15 (Data TLB miss fault) at addr 00000000',
    'Bad Address (null pointer deref?): Code=26 (x)',
  ].map(
    (headline) =>
      [
        `an oops of parisc: ${headline}`,
        [
          `[    3.100000] ${headline}`,
          '[    3.100001] CPU: 0 PID: 77 Comm: agent Not tainted 5.10.0 #1',
          '[    3.100002]  IAOQ[0]: frob_read+0x30/0x58',
          '[    3.100003] Backtrace:',
          '[    3.100004]  [<00000000402ab0f0>] frob_call+0x30/0x58',
        ],
        { kind: 'oops', frame: 'frob_read', task: { comm: 'agent' } },
      ] as const,
  ),
]

for (const [what, lines, splat] of splats) {
  void test(what, (t) => {
    const found = findSplats(lines, { isRunning: false })
    t.match(found, [splat])
    t.equal(found.length, 1)
    t.end()
  })
}
