// The function in the title: the one that is guilty, and not the one that noticed, or that all code calls.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const logs: readonly (readonly [what: string, kind: string, title: string, log: string])[] = [
  [
    'a refcount that an inlined helper and a small one changed',
    'refcount',
    'refcount: addition on 0; use-after-free in frob_open',
    `------------[ cut here ]------------
refcount_t: addition on 0; use-after-free.
WARNING: CPU: 0 PID: 5817 at lib/refcount.c:25 refcount_warn_saturate+0x13a/0x1d0 lib/refcount.c:25
Modules linked in:
CPU: 0 UID: 0 PID: 5817 Comm: worker Not tainted 6.14.0 #0
RIP: 0010:refcount_warn_saturate+0x13a/0x1d0 lib/refcount.c:25
Call Trace:
 <TASK>
 __refcount_add include/linux/refcount.h:199 [inline]
 __refcount_inc include/linux/refcount.h:250 [inline]
 refcount_inc include/linux/refcount.h:267 [inline]
 kref_get include/linux/kref.h:45 [inline]
 kobject_get+0xfa/0x130 lib/kobject.c:643
 frob_open+0x5d/0x120 drivers/frob.c:55
 chrdev_open+0x33/0x60 fs/char_dev.c:414
 </TASK>`,
  ],
  [
    'an old kernel that panics on a warning prints the trace in the panic',
    'refcount',
    'refcount: increment on 0; use-after-free in frob_accept',
    `------------[ cut here ]------------
refcount_t: increment on 0; use-after-free.
WARNING: CPU: 0 PID: 5817 at lib/refcount.c:152 refcount_inc+0x47/0x50
Kernel panic - not syncing: panic_on_warn set ...

CPU: 0 PID: 5817 Comm: worker Not tainted 4.14.0 #0
Call Trace:
 __dump_stack lib/dump_stack.c:16 [inline]
 dump_stack+0x194/0x257 lib/dump_stack.c:52
 panic+0x1e4/0x417 kernel/panic.c:181
 __warn+0x1c4/0x1d9 kernel/panic.c:542
 report_bug+0x211/0x2d0 lib/bug.c:183
 fixup_bug+0x40/0x90 arch/x86/kernel/traps.c:190
 do_trap_no_signal arch/x86/kernel/traps.c:224 [inline]
 do_trap+0x260/0x390 arch/x86/kernel/traps.c:273
 do_error_trap+0x120/0x390 arch/x86/kernel/traps.c:310
 do_invalid_op+0x1b/0x20 arch/x86/kernel/traps.c:323
 invalid_op+0x1e/0x30 arch/x86/entry/entry_64.S:846
RIP: 0010:refcount_inc+0x47/0x50 lib/refcount.c:152
RSP: 0018:ffff8801c9a97778 EFLAGS: 00010282
RAX: 000000000000002b RBX: ffff8801c9f1b5c4 RCX: ffffffff8158d1ce
 frob_hold include/net/frob.h:608 [inline]
 frob_accept+0x5d/0x120 net/frob.c:55
 SYSC_accept4 net/socket.c:1500 [inline]
 entry_SYSCALL_64_fastpath+0x1f/0xbe
Dumping ftrace buffer:
   (ftrace buffer empty)
Kernel Offset: disabled
Rebooting in 86400 seconds..`,
  ],
  [
    'the accessor of a variable of a CPU',
    'preemption',
    'using __this_cpu_read() in preemptible in frob_init_state',
    `BUG: using __this_cpu_read() in preemptible [00000000] code: worker/3344
caller is __this_cpu_preempt_check+0x2b/0x30
CPU: 1 PID: 3344 Comm: worker Not tainted 4.14.0 #0
Call Trace:
 __dump_stack lib/dump_stack.c:16 [inline]
 dump_stack+0x194/0x257 lib/dump_stack.c:52
 check_preemption_disabled+0x1f2/0x200 lib/smp_processor_id.c:45
 __this_cpu_preempt_check+0x2b/0x30 lib/smp_processor_id.c:62
 frob_alloc_tfms net/frob.c:286 [inline]
 frob_init_state+0x188/0x930 net/frob.c:363
 frob4_init_state+0xb2/0x7c0 net/ipv4/frob.c:137
---`,
  ],
  [
    'a CPU that stalls itself, with the interrupt that notices',
    'rcu-stall',
    'rcu_sched stall in frob_spin',
    `INFO: rcu_sched self-detected stall on CPU
	0-....: (124998 ticks this GP) idle=592/140000000000001/0 softirq=10220/10220 fqs=31188 
	 (t=125000 jiffies g=4988 c=4987 q=402)
NMI backtrace for cpu 0
CPU: 0 PID: 3344 Comm: worker Not tainted 4.14.0 #0
Hardware name: Some
Call Trace:
 <IRQ>
 __dump_stack lib/dump_stack.c:16 [inline]
 dump_stack+0x194/0x257 lib/dump_stack.c:52
 nmi_cpu_backtrace+0x1d2/0x210 lib/nmi_backtrace.c:103
 nmi_trigger_cpumask_backtrace+0x122/0x180 lib/nmi_backtrace.c:62
 arch_trigger_cpumask_backtrace+0x14/0x20 arch/x86/kernel/apic/hw_nmi.c:38
 trigger_single_cpu_backtrace include/linux/nmi.h:158 [inline]
 rcu_dump_cpu_stacks+0x186/0x1d7 kernel/rcu/tree.c:1459
 print_cpu_stall kernel/rcu/tree.c:1608 [inline]
 check_cpu_stall.isra.61+0xbb8/0x15b0 kernel/rcu/tree.c:1676
 __rcu_pending kernel/rcu/tree.c:3440 [inline]
 rcu_check_callbacks+0x238/0xd20 kernel/rcu/tree.c:2759
 update_process_times+0x30/0x60 kernel/time/timer.c:1588
 tick_sched_handle+0x85/0x160 kernel/time/tick-sched.c:161
 tick_sched_timer+0x42/0x120 kernel/time/tick-sched.c:1219
 __run_hrtimer kernel/time/hrtimer.c:1211 [inline]
 __hrtimer_run_queues+0x358/0xe20 kernel/time/hrtimer.c:1275
 hrtimer_interrupt+0x1c2/0x5e0 kernel/time/hrtimer.c:1309
 local_apic_timer_interrupt arch/x86/kernel/apic/apic.c:1025 [inline]
 smp_apic_timer_interrupt+0x14a/0x700 arch/x86/kernel/apic/apic.c:1050
 apic_timer_interrupt+0x9d/0xb0 arch/x86/entry/entry_64.S:577
 </IRQ>
RIP: 0010:frob_spin+0x47/0x50 net/frob.c:152
RSP: 0018:ffff8801c9a97778 EFLAGS: 00000282 ORIG_RAX: ffffffffffffff10
RAX: 000000000000002b RBX: ffff8801c9f1b5c4 RCX: ffffffff8158d1ce
 frob_accept+0x5d/0x120 net/frob.c:55
 entry_SYSCALL_64_fastpath+0x1f/0xbe`,
  ],
  [
    'a preempted task, and then the thread of RCU',
    'rcu-stall',
    'rcu_preempt stall in frob_walk',
    `rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
rcu: 	Tasks blocked on level-0 rcu_node (CPUs 0-1): P5788/1:b..l
rcu: 	(detected by 0, t=10506 jiffies, g=15749, q=1307 ncpus=2)
task:worker          state:R  running task     stack:21752 pid:5788  tgid:5788  ppid:5780   task_flags:0x400140 flags:0x00080001
Call Trace:
 <TASK>
 context_switch kernel/sched/core.c:5388 [inline]
 __schedule+0x1821/0x5740 kernel/sched/core.c:7189
 preempt_schedule_irq+0x4d/0xa0 kernel/sched/core.c:7513
 irqentry_exit_to_kernel_mode include/linux/irq-entry-common.h:539 [inline]
 irqentry_exit+0x14f/0x8b0 kernel/entry/common.c:164
 asm_sysvec_apic_timer_interrupt+0x1a/0x20 arch/x86/include/asm/idtentry.h:697
RIP: 0010:frob_walk+0x7a/0x90 kernel/kcov.c:234
Code: 8b
RSP: 0018:ffffc90003c5f0e8 EFLAGS: 00000293
 frob_scan+0x27a/0x350 mm/frob.c:700
 do_syscall_64+0xfa/0xfa0 arch/x86/entry/syscall_64.c:94
 </TASK>
rcu: rcu_preempt kthread starved for 10479 jiffies! g15749 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 ->cpu=1
rcu: 	Unless rcu_preempt kthread gets sufficient CPU time, OOM is now expected behavior.
rcu: RCU grace-period kthread stack dump:
task:rcu_preempt     state:R  running task     stack:27096 pid:16    tgid:16    ppid:2      task_flags:0x208040 flags:0x00080000
Call Trace:
 <TASK>
 __schedule+0x1821/0x5740 kernel/sched/core.c:7189
 rcu_gp_fqs_loop+0x301/0x1540 kernel/rcu/tree.c:2123
 </TASK>
rcu: Stack dump where RCU GP kthread last ran:
Sending NMI from CPU 0 to CPUs 1:
NMI backtrace for cpu 1
CPU: 1 UID: 0 PID: 77 Comm: other Not tainted 6.14.0 #0
RIP: 0010:other_fn+0x7a/0x90 kernel/kcov.c:234
Call Trace:
 <TASK>
 other_outer+0x27a/0x350 mm/frob.c:700
 </TASK>`,
  ],
  [
    'the dump of a task of arm64',
    'rcu-stall',
    'rcu_sched stall in frob_loop',
    `rcu: INFO: rcu_sched detected stalls on CPUs/tasks:
rcu: 	1-...!: (0 ticks this GP) idle=8e1c/1/0x4000000000000000 softirq=3216/3216 fqs=0
rcu: 	(detected by 0, t=2103 jiffies, g=2993, q=1307 ncpus=2)
Task dump for CPU 1:
task:worker          state:R  running task     stack:0     pid:461   ppid:1      flags:0x00000202
Call trace:
 __switch_to+0xf0/0x170 (T)
 frob_loop+0x30/0x60
 el0t_64_sync+0x190/0x198
rcu: rcu_sched kthread timer wakeup didn't happen for 2102 jiffies! g2993 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402
rcu: 	Possible timer handling issue on cpu=1 timer-softirq=1234
rcu: rcu_sched kthread starved for 2103 jiffies! g2993 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402 ->cpu=1
rcu: 	Unless rcu_sched kthread gets sufficient CPU time, OOM is now expected behavior.
rcu: RCU grace-period kthread stack dump:
task:rcu_sched       state:I stack:0     pid:14    ppid:2      flags:0x00000008
Call trace:
 __switch_to+0xf0/0x170
 __schedule+0x350/0x900
 rcu_gp_kthread+0x150/0x200
 kthread+0x110/0x120`,
  ],
  [
    'a thread of RCU that a timer does not wake, without a stall before',
    'rcu-stall',
    'rcu_preempt kthread starved',
    `rcu: rcu_preempt kthread timer wakeup didn't happen for 2102 jiffies! g2993 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402
rcu: 	Possible timer handling issue on cpu=1 timer-softirq=1234`,
  ],
  [
    'an assertion of KCSAN',
    'kcsan',
    'KCSAN: assert: race in frob_write / frob_read',
    `BUG: KCSAN: assert: race in frob_write / frob_read

assert no writes to 0xffffffff8a1b2c3d of 8 bytes by task 10 on cpu 1:
 frob_write+0x10/0x20
==================================================================`,
  ],
  [
    'a mutex in an old kernel',
    'hung-task',
    'task hung in frob_ioctl',
    `INFO: task worker:1234 blocked for more than 120 seconds.
      Not tainted 4.14.0 #1
"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.
worker          D27208  1234   3000 0x00000004
Call Trace:
 context_switch kernel/sched/core.c:2799 [inline]
 __schedule+0x8eb/0x2060 kernel/sched/core.c:3375
 schedule+0xf5/0x430 kernel/sched/core.c:3434
 schedule_preempt_disabled+0x10/0x20 kernel/sched/core.c:3492
 __mutex_lock_common kernel/locking/mutex.c:833 [inline]
 __mutex_lock+0xaad/0x1a80 kernel/locking/mutex.c:893
 mutex_lock_nested+0x16/0x20 kernel/locking/mutex.c:908
 frob_ioctl+0x5d/0x120 drivers/frob.c:55
 vfs_ioctl fs/ioctl.c:46 [inline]
 do_vfs_ioctl+0x1b1/0x1520 fs/ioctl.c:686
 entry_SYSCALL_64_fastpath+0x1f/0xbe
RIP: 0033:0x453da9

Showing all locks held in the system:
2 locks held by khungtaskd/674:
 #0:  (rcu_read_lock){....}, at: [<00000000a1c1b8b2>] check_hung_uninterruptible_tasks kernel/hung_task.c:175 [inline]
 #0:  (rcu_read_lock){....}, at: [<00000000a1c1b8b2>] watchdog+0x1c5/0xd60 kernel/hung_task.c:249
=============================================

NMI backtrace for cpu 1
CPU: 1 PID: 674 Comm: khungtaskd Not tainted 4.14.0 #1
Call Trace:
 dump_stack+0x194/0x257 lib/dump_stack.c:53
 nmi_cpu_backtrace+0x1d2/0x210 lib/nmi_backtrace.c:103
 watchdog+0x90c/0xd60 kernel/hung_task.c:252
Sending NMI from CPU 1 to CPUs 0:
NMI backtrace for cpu 0 skipped: idling at pc 0xffffffff86236296
Kernel panic - not syncing: hung_task: blocked tasks
CPU: 1 PID: 674 Comm: khungtaskd Not tainted 4.14.0 #1
Call Trace:
 panic+0x1e4/0x41c kernel/panic.c:183
 watchdog+0x90c/0xd60 kernel/hung_task.c:252`,
  ],
]

for (const [what, kind, title, log] of logs) {
  void test(what, (t) => {
    const lines = log.split('\n').map((line, number) => `[  100.${String(number).padStart(6, '0')}][    C0] ${line}`)
    t.match(findSplats(lines)[0], { kind, title })
    t.end()
  })
}

/** Makes the report of a task that has slept in these functions, the innermost one first. */
function hung(...functions: readonly string[]): string[] {
  return [
    'INFO: task agent:77 blocked for more than 122 seconds.',
    '      Not tainted 6.12.117 #1',
    'task:agent           state:D stack:0     pid:77    tgid:77    ppid:1      flags:0x00000002',
    'Call trace:',
    ...functions.map((name) => ` ${name}+0x10/0x20`),
    ' frob_close+0x10/0x20',
    ' el0t_64_sync+0x190/0x198',
  ].map((line) => `[  242.781001] ${line}`)
}

const sleeps: readonly string[] = [
  '__mutex_lock.constprop.0 __mutex_lock_slowpath mutex_lock mutex_lock_nested',
  '__cancel_work_sync cancel_work_sync',
  '__flush_work flush_work cancel_delayed_work_sync',
  'schedule_timeout __wait_for_common wait_for_completion __flush_workqueue drain_workqueue destroy_workqueue',
  'schedule_timeout wait_for_completion_killable_timeout',
  'io_schedule folio_wait_bit_common folio_wait_writeback',
  'io_schedule __folio_lock',
  'rwsem_down_write_slowpath down_write',
  'rwsem_down_read_slowpath __down_read_common down_read',
  'schedule_timeout __wait_for_common wait_for_completion_state __wait_rcu_gp synchronize_rcu_normal synchronize_rcu',
  'schedule_timeout synchronize_srcu',
  'schedule_timeout rcu_barrier',
  'percpu_rwsem_wait percpu_down_write',
  'schedule_hrtimeout_range_clock usleep_range_state',
  'schedule_timeout msleep',
  'io_schedule bit_wait_io __wait_on_bit out_of_line_wait_on_bit __wait_on_buffer',
  'wait_woken',
  'schedule_timeout kthread_stop',
  'schedule_preempt_disabled rt_mutex_slowlock_block rt_mutex_lock',
  'synchronize_irq',
]

for (const names of sleeps) {
  void test(`a task that hangs in ${names}`, (t) => {
    const [found] = findSplats(hung('__switch_to', '__schedule', 'schedule', ...names.split(' ')))
    t.match(found, { kind: 'hung-task', title: 'task hung in frob_close', frame: 'frob_close' })
    t.end()
  })
}
