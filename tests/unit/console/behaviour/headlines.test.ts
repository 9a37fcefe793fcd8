// Reports that a kernel of another age or processor words otherwise: each is one splat, with its function in the title.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const splats: readonly (readonly [what: string, lines: readonly string[], splat: object])[] = [
  [
    'a warning before Linux 3.13, in an interrupt',
    [
      '[    3.100000] ------------[ cut here ]------------',
      '[    3.100001] WARNING: at net/frob/frob.c:300 frob_watchdog+0x276/0x280 [frob]()',
      '[    3.100002] CPU: 0 PID: 77 Comm: agent Not tainted 3.10.0 #1',
      '[    3.100003] Call Trace:',
      '[    3.100004]  <IRQ>  [<ffffffff810a1234>] dump_stack+0x19/0x1b',
      '[    3.100005]  [<ffffffff810a1234>] warn_slowpath_fmt+0x5c/0x80',
      '[    3.100006]  [<ffffffff810a1234>] frob_watchdog+0x276/0x280 [frob]',
      '[    3.100007]  <EOI>  [<ffffffff810a1234>] ? native_safe_halt+0x6/0x10',
      '[    3.100008] ---[ end trace 1234567890abcdef ]---',
    ],
    { kind: 'warning', title: 'WARNING in frob_watchdog', trace: { length: 3 }, corrupted: undefined },
  ],
  [
    'a stall before Linux 4.9, whose marks have frames behind them',
    [
      '[    3.100000] INFO: rcu_sched self-detected stall on CPU { 3}  (t=60000 jiffies g=1 c=0 q=2)',
      '[    3.100001] sending NMI to all CPUs:',
      '[    3.100002] NMI backtrace for cpu 3',
      '[    3.100003] CPU: 3 PID: 77 Comm: agent Not tainted 3.10.0 #1',
      '[    3.100004] RIP: 0010:[<ffffffff810a1234>]  [<ffffffff810a1234>] default_send_IPI_mask_sequence_phys+0x1fa/0x260',
      '[    3.100005] Call Trace:',
      '[    3.100006]  <IRQ>  [<ffffffff810a1234>] arch_trigger_all_cpu_backtrace+0x1/0x2',
      '[    3.100007]  [<ffffffff810a1234>] apic_timer_interrupt+0x1/0x2',
      '[    3.100008]  <EOI>  [<ffffffff810a1234>] frob_spin+0x1/0x2',
      '[    3.100009]  [<ffffffff810a1234>] frob_loop+0x1/0x2',
    ],
    { kind: 'rcu-stall', title: 'rcu_sched stall in frob_spin', corrupted: undefined },
  ],
  [
    'an oops before Linux 4.9 in an exception within an interrupt',
    [
      '[    3.100000] BUG: unable to handle kernel paging request at ffff880012345678',
      '[    3.100001] Oops: 0000 [#1] SMP',
      '[    3.100002] Call Trace:',
      '[    3.100003]  <NMI>  [<ffffffff810a1234>] dump_stack+0x19/0x1b',
      '[    3.100004]  <<EOE>>  <IRQ>  [<ffffffff810a1234>] frob_irq+0x19/0x1b',
      '[    3.100005]  <EOI>  [<ffffffff810a1234>] frob_task+0x19/0x1b',
      '[    3.100006] ---[ end trace 1234567890abcdef ]---',
    ],
    { kind: 'oops', title: 'page fault in frob_irq', trace: { length: 3 }, corrupted: undefined },
  ],
  [
    'a failed allocation of Linux 2.6',
    [
      '[    3.100000] agent: page allocation failure. order:3, mode:0x4020',
      '[    3.100001] Call Trace:',
      '[    3.100002] [<c042dee4>] frob_open+0x114/0x37c [frob]',
    ],
    { kind: 'allocation-failure', title: 'page allocation failure, order 3 in frob_open' },
  ],
  [
    'a warning in a mail that breaks its lines',
    [
      '> [    3.100000] WARNING: CPU: 1 PID: 77 at drivers/gpu/drm/frob/frob_kms.c:1234',
      '> frob_check+0x12/0x340 [frob]',
      '> [    3.100001] CPU: 1 PID: 77 Comm: agent Not tainted 5.10.0 #1',
      '> [    3.100002] RIP: 0010:frob_check+0x12/0x340 [frob]',
      '> [    3.100003] Call Trace:',
      '> [    3.100004]  frob_commit+0x12/0x340 [frob]',
      '> [    3.100005] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'warning', title: 'WARNING in frob_check' },
  ],
  [
    'an oops in a mail that breaks its lines',
    [
      '<1>[    3.100000] Unable to handle kernel unknown 43 at virtual',
      'address 0001ffff9e2e7d78',
      '<0>[    3.100001] Internal error: Oops: 000000009793002b [#1] PREEMPT SMP',
      '<4>[    3.100002] CPU: 1 PID: 77 Comm: agent Not tainted',
      '6.6.0 #1',
      '<4>[    3.100003] Call trace:',
      '<4>[    3.100004] frob_death (kernel/frob/core.c:661 (discriminator 6))',
      '<4>[    3.100005] do_exit (kernel/exit.c:826)',
      '<4>[    3.100006] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'oops', title: 'unknown 43 in frob_death' },
  ],
  [
    'a stall with the dumps of two tasks of arm64',
    [
      '[    3.100000] INFO: rcu_sched detected stalls on CPUs/tasks:',
      '[    3.100001] \t0-...: (1 GPs behind) idle=d09/1/0 softirq=1302/3861 fqs=20997',
      ...[0, 2].flatMap((cpu) => [
        `[    3.100002] Task dump for CPU ${cpu}:`,
        `[    3.100003] swapper/${cpu}       R  running task        0     0      0 0x00000002`,
        '[    3.100004] Call trace:',
        '[    3.100005] [<ffffffc000086ed4>] __switch_to+0xd4/0xf8',
        '[    3.100006] [<          (null)>]           (null)',
      ]),
    ],
    { kind: 'rcu-stall' },
  ],
  [
    'a stall with the dump of the thread of RCU alone',
    [
      '[    3.100000] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:',
      '[    3.100001] rcu: \t1-...!: (0 ticks this GP) idle=cf8/0/0x0 softirq=20/20 fqs=0',
      '[    3.100002] rcu: rcu_sched kthread starved for 38227 jiffies! g-1127 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402',
      '[    3.100003] rcu: RCU grace-period kthread stack dump:',
      '[    3.100004] rcu_sched       I15016    11      2 0x80004000',
      '[    3.100005] Call Trace:',
      '[    3.100006]  __schedule+0x288/0x600',
      '[    3.100007]  rcu_gp_kthread+0x4f6/0xd40',
      '[    3.100008]  kthread+0x107/0x120',
    ],
    { kind: 'rcu-stall', title: 'rcu_sched stall', frame: undefined },
  ],
  [
    'a warning with its condition before the place',
    ['[    3.100000] WARNING: [head->next[0] != 0x12] net/frob.c:12 at frob_queue+0x12/0x34, CPU#1: agent/77'],
    { kind: 'warning', title: 'WARNING in frob_queue', task: { comm: 'agent', pid: 77, cpu: 1 } },
  ],
  [
    'a warning whose place has no name',
    [
      '[    3.100000] WARNING: net/frob.c:12 at 0xffffffffc0123456, CPU#1: agent/77',
      '[    3.100000] RIP: 0010:frob_queue+0x12/0x34',
      '[    3.100000] Call Trace:',
      '[    3.100000]  frob_send+0x12/0x34',
      '[    3.100000] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'warning', title: 'WARNING in frob_queue', task: { comm: 'agent', pid: 77, cpu: 1 }, corrupted: undefined },
  ],
  [
    'a lock order of a kernel before 4.13',
    [
      '[    3.100000] [ INFO: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected ]',
      '[    3.100000] agent/77 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:',
      '[    3.100000]  (&(&r->lock)->rlock){+.+...}, at: [<ffffffff82df4347>] frob_event+0x897/0xc70',
    ],
    { kind: 'lockdep', title: 'SOFTIRQ-safe -> SOFTIRQ-unsafe lock order in frob_event' },
  ],
  [
    'a report of lockdep that is cut off before its trace',
    [
      '[    3.100000] WARNING: inconsistent lock state',
      '[    3.100000] agent/77 [HC0[0]:SC1[1]:HE1:SE0] takes:',
      '[    3.100000] ffff888077dde9e8 (frob_lock){+.+-}-{0:0}, at: frob_handler+0x29/0x200',
      '[    3.100000] {SOFTIRQ-ON-R} state was registered at:',
      '[    3.100000]   (other_lock){+.+-}-{0:0}, at: other_handler+0x29/0x200',
    ],
    { kind: 'lockdep', title: 'inconsistent lock state in frob_handler', corrupted: /./ },
  ],
  [
    'a task that ends with locks, before Linux 4.13',
    [
      '[    3.100000] [ BUG: agent/77 still has locks held! ]',
      '[    3.100001] Call Trace:',
      '[    3.100002]  [<ffffffff81463cb5>] debug_check_no_locks_held+0x125/0x140',
      '[    3.100003]  [<ffffffff860bae47>] frob_read+0x1317/0x1b70',
    ],
    { kind: 'lockdep', title: 'a task ends with locks held in frob_read', task: { comm: 'agent', pid: 77 } },
  ],
  [
    'an oops before Linux 4.15, which gives the counter twice',
    [
      '[    3.100000] kernel BUG at include/linux/skbuff.h:2069!',
      '[    3.100001] invalid opcode: 0000 [#1] SMP KASAN',
      '[    3.100002] RIP: 0010:skb_pull+0xd5/0xf0',
      '[    3.100003] Call Trace:',
      '[    3.100004] frob: a line of another task',
      '[    3.100005]  frob_receive+0xb4/0xbe0',
      '[    3.100006]  entry_SYSCALL_64_fastpath+0x1f/0x96',
      '[    3.100007] Code: a3 d0',
      '[    3.100008] RIP: skb_pull+0xd5/0xf0 RSP: ffff8801d9fdf270',
      '[    3.100009] ---[ end trace d2d6da9d918cb453 ]---',
    ],
    { kind: 'bug', title: 'kernel BUG in frob_receive', trace: { length: 3 }, corrupted: undefined },
  ],
  [
    'a wait context without brackets',
    [
      '[    3.100000] BUG: Invalid wait context',
      '[    3.100000] Call trace:',
      '[    3.100000]  __lock_acquire+0x12/0x34',
      '[    3.100000]  frob_irq+0x12/0x34',
    ],
    { kind: 'lockdep', title: 'Invalid wait context in frob_irq' },
  ],
  ...['blocked in I/O wait for more than 143 seconds.', "can't die for more than 143 seconds."].map(
    (what) =>
      [
        `a task that is ${what}`,
        [
          `[    3.100000] INFO: task agent:77 ${what}`,
          '[    3.100000] task:agent           state:D stack:0     pid:77  tgid:77  ppid:1   flags:0x00800019',
          '[    3.100000] Call trace:',
          '[    3.100000]  __switch_to+0x2b0/0x6e0 (T)',
          '[    3.100000]  __schedule+0x12/0x34',
          '[    3.100000]  frob_wait+0x12/0x34',
        ],
        { kind: 'hung-task', title: 'task hung in frob_wait', task: { comm: 'agent', pid: 77 } },
      ] as const,
  ),
  ...[
    'Internal error: Accessing user space memory outside uaccess.h routines: 96000004 [#1] PREEMPT SMP',
    'Unable to handle kernel access to user memory with fs=KERNEL_DS at virtual address 0000000000000010',
    'Unable to handle kernel instruction fetch (NULL pointer?)',
    'BUG: Unable to handle unknown paging fault at 0xc000000000000010',
    'BUG: unable to handle kernel [    3.100001] a line of another program',
  ].map(
    (line) =>
      [
        `an oops that begins with ${line}`,
        [
          `[    3.100000] ${line}`,
          '[    3.100002] CPU: 1 PID: 77 Comm: agent Not tainted 5.4.0 #1',
          '[    3.100002] pc : frob_queue+0x12/0x34',
          '[    3.100002] Call trace:',
          '[    3.100002]  frob_queue+0x12/0x34',
          '[    3.100002] ---[ end trace 0000000000000000 ]---',
        ],
        { kind: 'oops', frame: 'frob_queue', end: 6 },
      ] as const,
  ),
  [
    'KASAN before Linux 4.8, which prints a report of SLUB in its own',
    [
      `[    3.100000] ${'='.repeat(66)}`,
      '[    3.100000] BUG: KASAN: use-after-free in frob_read+0x10/0x20 at addr ffff880012345678',
      '[    3.100000] Read of size 8 by task agent/77',
      `[    3.100000] ${'='.repeat(77)}`,
      '[    3.100000] BUG kmalloc-64 (Not tainted): kasan: bad access detected',
      `[    3.100000] ${'-'.repeat(77)}`,
      '[    3.100000] INFO: Allocated in frob_alloc+0x10/0x20 age=10 cpu=1 pid=77',
      '[    3.100000] \tfrob_alloc+0x10/0x20',
      '[    3.100000] INFO: Freed in frob_free+0x10/0x20 age=10 cpu=1 pid=77',
      '[    3.100000] \tfrob_free+0x10/0x20',
      '[    3.100000] INFO: Slab 0xffffea0001234567 objects=21 used=1 fp=0xffff880012345678 flags=0x4080',
      '[    3.100000] INFO: Object 0xffff880012345678 @offset=1234 fp=0xbbbbbbbbbbbbbbbb',
      '[    3.100000] CPU: 0 PID: 77 Comm: agent Tainted: G    B 4.5.0 #1',
      '[    3.100000] Call Trace:',
      '[    3.100000]  [<ffffffff81234567>] print_trailer+0x10/0x20 mm/slub.c:650',
      '[    3.100000]  [<ffffffff81234567>] kasan_report_error+0x10/0x20 mm/kasan/report.c:236',
      '[    3.100000]  [<ffffffff81234567>] frob_read+0x10/0x20 fs/frob.c:12',
      `[    3.100000] ${'='.repeat(66)}`,
    ],
    { kind: 'kasan', title: 'KASAN: use-after-free in frob_read', end: 18, corrupted: undefined },
  ],
  [
    'KASAN before Linux 4.4 names an address',
    ['[    3.100000] BUG: KASAN: null-ptr-deref on address           (null)'],
    { kind: 'kasan', title: 'KASAN: null-ptr-deref' },
  ],
  [
    'SLUB before Linux 5.13 marks its lines',
    [
      '[    3.100000] BUG kmalloc-64 (Tainted: G    B): Poison overwritten',
      '[    3.100000] INFO: 0xffff880012345678-0xffff880012345678. First byte 0x6a instead of 0x6b',
      '[    3.100000] INFO: Allocated in frob_alloc+0x10/0x20 age=10 cpu=1 pid=77',
      '[    3.100000] \tfrob_alloc+0x10/0x20',
      '[    3.100000] INFO: Slab 0xffffea0001234567 objects=21 used=1 fp=0xffff880012345678 flags=0x4080',
      '[    3.100000] CPU: 0 PID: 77 Comm: agent Tainted: G    B 4.5.0 #1',
      '[    3.100000] Call Trace:',
      '[    3.100000]  [<ffffffff81234567>] print_trailer+0x10/0x20',
      '[    3.100000]  [<ffffffff81234567>] frob_free+0x10/0x20',
    ],
    { kind: 'slab', title: 'slab: Poison overwritten in frob_free', end: 9, corrupted: undefined },
  ],
]

for (const [what, lines, splat] of splats) {
  void test(what, (t) => {
    const found = findSplats(lines, { isRunning: false })
    t.match(found, [splat])
    t.equal(found.length, 1)
    t.end()
  })
}
