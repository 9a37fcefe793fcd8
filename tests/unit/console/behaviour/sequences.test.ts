// A splat behind another one that is not whole: each is a splat of its own.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { goldenLines, texts } from '../fixtures/golden.ts'

const headless: Readonly<Record<string, readonly string[]>> = {
  'list-corruption': ['list_del corruption. prev->next should be ffff888101234567, but was dead000000000100.'],
  usercopy: ['usercopy: Kernel memory exposure attempt detected from SLUB object (offset 0, size 64)!'],
  bug: ['------------[ cut here ]------------', 'kernel BUG at mm/slub.c:563!'],
  'soft-lockup': ['watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [agent:77]'],
  slab: ['BUG kmalloc-64 (Tainted: G      D    OE     ): Right Redzone overwritten'],
}
const whole = [
  'kasan',
  'kfence',
  'lockdep-circular',
  'null-dereference',
  'unknown-bug',
  'slab',
  'oom',
  'kmemleak',
  'workqueue-lockup',
  'hard-lockup',
]

for (const [kind, head] of Object.entries(headless)) {
  void test(`${kind} without a dump hides no splat behind it`, (t) => {
    for (const name of whole.filter((other) => other !== kind)) {
      const [alone] = findSplats(goldenLines(name))
      const found = findSplats([...head, 'usb 1-1: new device', ...texts(name)])
      t.match(
        found,
        [
          { kind, corrupted: /./ },
          { kind: alone?.kind, title: alone?.title },
        ],
        name,
      )
      t.equal(found.length, 2, name)
    }
    t.end()
  })

  void test(`long after ${kind} without a dump, no line belongs to it`, (t) => {
    const begun = head.map((line) => `[   10.000000] ${line}`)
    for (const name of ['warning', 'oops', 'bug-at', 'call-trace']) {
      const later = texts(name).map((line) => `[  100.000000] ${line}`)
      const alone = findSplats(later)
      const found = findSplats([...begun, ...later])
      const wanted = [kind, ...alone.map((splat) => splat.kind)]
      t.strictSame(
        found.map((splat) => splat.kind),
        wanted,
        name,
      )
      t.match(found, [{ corrupted: /./ }, { fingerprint: alone[0]?.fingerprint }], name)
    }
    t.end()
  })
}

const dump = [
  'CPU: 1 UID: 0 PID: 77 Comm: agent Not tainted 6.12.117 #1',
  'Call Trace:',
  ' <TASK>',
  ' frob+0x1/0x2',
  ' </TASK>',
  '---[ end trace 0000000000000000 ]---',
]
const place = 'WARNING: CPU: 1 PID: 77 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110'
const cut = '------------[ cut here ]------------'
const heads: readonly (readonly [kind: string, head: readonly string[]])[] = [
  ['refcount', [cut, 'refcount_t: underflow; use-after-free.', place]],
  ['refcount', [cut, place, 'refcount_t: underflow; use-after-free.']],
  ['list-corruption', [cut, 'list_add corruption. next->prev should be prev (0)', place]],
  [
    'list-corruption',
    ['list_add corruption. next->prev', cut, 'kernel BUG at lib/list_debug.c:29!', 'invalid opcode: 0000 [#1] SMP'],
  ],
  ['bug', [cut, 'kernel BUG at mm/slub.c:563!', 'Oops: invalid opcode: 0000 [#1] PREEMPT SMP']],
  ['oops', ['BUG: unable to handle page fault for address: ffff888101234567', 'Oops: 0002 [#1] SMP']],
  [
    'stack-overflow',
    ['BUG: stack guard page was hit at (ptrval)', 'kernel stack overflow (double-fault): 0000 [#1] SMP'],
  ],
  ['vfs', ['BUG: Dentry 0{i=1b,n=file0}  still in use (1) [unmount of tmpfs tmpfs]', cut, place]],
  ['vfs', [cut, 'BUG: Dentry 0{i=1b,n=file0}  still in use (-1) [unmount of ext4 loop0]', place]],
  [
    'oops',
    [
      'kernel tried to execute user page (0) - exploit attempt? (uid: 0)',
      'BUG: Unable to handle kernel instruction fetch (NULL pointer?)',
      'Faulting instruction address: 0x00000000',
      'Oops: Kernel access of bad area, sig: 11 [#1]',
    ],
  ],
  [
    'oops',
    ['BUG: unsupported FP instruction in kernel mode', 'Internal error: Oops - undefined instruction: 0 [#1] ARM'],
  ],
  [
    'hung-task',
    ['INFO: t', '** replaying previous printk message **', 'INFO: task agent:77 blocked for more than 122 seconds.'],
  ],
  ['stack-overflow', ['BUG: TASK stack guard page was hit at (ptrval)', 'stack guard page: 0000 [#1] SMP']],
  ['debug-objects', [cut, 'ODEBUG: free active (active state 0) object: 0 object type: timer_list hint: f', place]],
]

for (const [kind, head] of heads) {
  void test(`a head of several lines is one splat: ${head.join(' / ')}`, (t) => {
    const found = findSplats([...head, ...dump].map((line) => `[   10.000000] ${line}`))
    t.match(found, [{ kind, corrupted: undefined }])
    t.equal(found.length, 1)
    t.end()
  })
}

void test('two mixed splats are both found, and corrupted, at any times', (t) => {
  const [list, kasan] = [texts('list-corruption'), texts('kasan')]
  for (const time of ['10', '30']) {
    const lines = Array.from({ length: kasan.length }, (_, row) => [
      ...(list[row] === undefined ? [] : [`[   10.000000] ${list[row]}`]),
      `[   ${time}.000001] ${kasan[row]}`,
    ]).flat()
    const found = findSplats(lines)
    const kinds = new Set(found.map(({ kind }) => kind))
    t.ok(kinds.has('list-corruption') && kinds.has('kasan'), time)
    t.ok(found.every(({ corrupted }) => corrupted !== undefined))
  }
  t.end()
})

void test('a long list that is slow to print does not end its splat', (t) => {
  const oom = texts('oom').map((line, number) => `[  ${(100 + number * 0.3).toFixed(6)}] ${line}`)
  const wanted = findSplats(goldenLines('oom')).length
  t.equal(findSplats(oom).length, wanted)
  t.end()
})
