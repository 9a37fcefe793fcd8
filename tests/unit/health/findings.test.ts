// What counts as a complaint of the kernel, and what does not.
import { test } from 'tap'
import { findComplaints, withoutPrefix } from '../../../harness/health/findings.ts'

const complaints: readonly (readonly [kind: string, line: string])[] = [
  ['panic', '[   12.345678] Kernel panic - not syncing: Fatal exception'],
  ['oops', '[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000008'],
  [
    'oops',
    '[    3.1][  T123] Oops: general protection fault, probably for non-canonical address: 0000 [#1] SMP',
  ],
  ['oops', '[    3.1] general protection fault, probably for non-canonical address 0xdead000000000100'],
  ['bug', '[    3.1] kernel BUG at virt/kvm/guest_memfd.c:123!'],
  ['bug', '[    3.1] BUG: something that nobody has listed'],
  ['warning', '[    3.1] WARNING: CPU: 0 PID: 77 at virt/kvm/guest_memfd.c:99 kvm_gmem_get_folio+0x12/0x34'],
  [
    'warning',
    '[    3.1] WARNING: virt/kvm/guest_memfd.c:99 at kvm_gmem_get_folio+0x12/0x34, CPU#0: agent/77',
  ],
  ['kasan', '[    3.1] BUG: KASAN: slab-use-after-free in kvm_gmem_release+0x10/0x20'],
  ['kfence', '[    3.1] BUG: KFENCE: out-of-bounds read in foo+0x1/0x2'],
  ['ubsan', '[    3.1] UBSAN: shift-out-of-bounds in mm/hugetlb.c:1:2'],
  ['lockdep', '[    3.1] WARNING: possible circular locking dependency detected'],
  ['lockdep', '[    3.1] WARNING: suspicious RCU usage'],
  ['lockdep', '[    3.1] INFO: lockdep is turned off.'],
  ['leak', '[    3.1] kmemleak: 2 new suspected memory leaks (see /sys/kernel/debug/kmemleak)'],
  ['leak', '[    3.1] kmemleak: Kernel memory leak detector disabled'],
  ['rcu-stall', '[   30.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:'],
  ['rcu-stall', '[   30.1] rcu: INFO: rcu_sched self-detected stall on CPU'],
  ['lockup', '[   30.1] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [agent:77]'],
  ['hung-task', '[  150.1] INFO: task agent:77 blocked for more than 120 seconds.'],
  ['bad-page', '[    3.1] BUG: Bad page state in process agent  pfn:12345'],
  ['bad-page', '[    3.1] BUG: Bad rss-counter state mm:0000 type:MM_FILEPAGES val:1'],
  ['atomic-sleep', '[    3.1] BUG: sleeping function called from invalid context at mm/foo.c:12'],
  ['list-corruption', '[    3.1] list_del corruption. prev->next should be ffff, but was 0'],
  ['refcount', '[    3.1] refcount_t: underflow; use-after-free.'],
  ['oom', '[    3.1] Out of memory: Killed process 77 (agent)'],
  ['reboot', '[    0.000000] Linux version 6.12.57 (gcc) #1 SMP'],
]

for (const [kind, line] of complaints) {
  void test(`${kind}: ${withoutPrefix(line)}`, (t) => {
    const found = findComplaints(['[    1.0] kvm: fine', line, '[    9.0] later'])
    t.equal(found.length, 1)
    t.match(found[0], { kind, title: withoutPrefix(line) })
    t.end()
  })
}

void test('ordinary lines are no complaint', (t) => {
  const lines = [
    '[    0.1] SVM: Nested Virtualization enabled',
    '[    0.2] Memory: 1234K/5678K available (no debug)',
    '[    0.3] Speculative Return Stack Overflow: Vulnerable: Safe RET, no microcode',
    '[    0.4] kvm: Nested Paging enabled',
    '[    0.5] debug: bugs: warnings:',
    'init: ready',
    '',
  ]
  t.strictSame(findComplaints(lines), [])
  t.end()
})

void test('a report is one finding, and says what it is about', (t) => {
  const report = [
    '[    3.1] ------------[ cut here ]------------',
    '[    3.1] WARNING: CPU: 0 PID: 77 at mm/foo.c:9 foo+0x1/0x2',
    '[    3.1] Modules linked in:',
    '[    3.1] Call Trace:',
    '[    3.1] ---[ end trace 0000000000000000 ]---',
  ]
  const [first, second, ...others] = findComplaints([...report, '[    3.2] fine', ...report])
  t.match(first, {
    kind: 'warning',
    title: 'WARNING: CPU: 0 PID: 77 at mm/foo.c:9 foo+0x1/0x2',
    lines: report,
  })
  t.match(second, { kind: 'warning' })
  t.strictSame(others, [])
  t.end()
})

void test('a report that is cut off at the end of the window counts', (t) => {
  const found = findComplaints(['[    3.1] ------------[ cut here ]------------'])
  t.match(found, [{ kind: 'warning', title: '------------[ cut here ]------------' }])
  t.end()
})

void test('a panic after an oops is a finding of its own', (t) => {
  const found = findComplaints([
    '[    3.1] BUG: unable to handle page fault for address: 0',
    '[    3.1] Call Trace:',
    '[    3.2] Kernel panic - not syncing: Fatal exception',
  ])
  t.match(found, [{ kind: 'oops' }, { kind: 'panic' }])
  t.end()
})

void test('an empty table is an error, not a clean log', (t) => {
  t.throws(() => findComplaints(['fine'], []), { code: 'HEALTH_BLIND' })
  t.end()
})
