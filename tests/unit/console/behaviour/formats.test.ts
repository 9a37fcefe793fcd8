// Lines of kernels, processors and tools that the golden logs do not cover.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { frameOn, functionOf, programCounterOn } from '../../../../harness/console/stack-frames.ts'
import { parseLine } from '../../../../harness/console/printk.ts'

const frames: readonly (readonly [line: string, frame: object])[] = [
  [' f+0x12/0x34', { symbol: 'f', offset: 0x12, size: 0x34 }],
  [' f.constprop.0+0x12/0x34', { symbol: 'f.constprop.0', function: 'f' }],
  [' f+0x12/0x34 [kvm]', { function: 'f', module: 'kvm' }],
  [' f+0x12/0x34 [kvm 1f2e3d4c5b6a79880706050403020100aabbccdd]', { function: 'f', module: 'kvm' }],
  [' f+0x12/0x34 (P)', { function: 'f' }],
  [' f+0x12/0x34 mm/file.c:12', { function: 'f', location: 'mm/file.c:12' }],
  [' f+0x12/0x34 mm/file.c:12 (C)', { function: 'f', location: 'mm/file.c:12' }],
  [' f mm/file.c:12 [inline]', { function: 'f', location: 'mm/file.c:12', isInlined: true }],
  [' f (mm/file.c:12)', { function: 'f', location: 'mm/file.c:12' }],
  [' f (mm/file.c:12 (discriminator 3)) kvm', { function: 'f', location: 'mm/file.c:12', module: 'kvm' }],
  ['[<ffffffff80009a2e>] f+0x12/0x34', { function: 'f' }],
  ['[c000000007b8fa50] [c0000000000b5d6c] f+0x12/0x34 (unreliable)', { function: 'f' }],
  [' [<000000012bd0c5f6>] f+0x12/0x34', { function: 'f' }],
  [' ? f+0x12/0x34', { function: 'f', isDoubtful: true }],
  [' ? f (mm/file.c:12)', { function: 'f', isDoubtful: true }],
  [' f+0x12/0x34 ??:?', { function: 'f' }],
]

for (const [line, frame] of frames) {
  void test(`a frame: '${line}'`, (t) => {
    t.match(frameOn(line), frame)
    t.end()
  })
}

for (const line of [' 0xffffffffc0001234', ' ? 0xffffffffc0001234']) {
  void test(`a doubtful frame: '${line}'`, (t) => {
    t.equal(frameOn(line), 'nameless')
    t.end()
  })
}

for (const line of [
  '',
  'f',
  ' f',
  ' f+0x12',
  'Call Trace:',
  ' <TASK>',
  'RIP: 0010:f+0x12/0x34',
  'x = f+0x12/0x34 here',
]) {
  void test(`no frame: '${line}'`, (t) => {
    t.equal(frameOn(line), undefined)
    t.end()
  })
}

for (const [line, name] of [
  ['RIP: 0010:f+0x12/0x34', 'f'],
  ['RIP: 0010:f+0x12/0x34 [kvm]', 'f'],
  ['RIP: 0010:[<ffffffff81234567>] f+0x12/0x34', 'f'],
  ['pc : f+0x12/0x34', 'f'],
  ['epc : f+0x12/0x34 ra : g+0x12/0x34', 'f'],
  ['NIP [c0000000000b5d6c] f+0x12/0x34', 'f'],
  ['RIP: 0033:0x440be9', undefined],
  ['RIP: 0010:0x0', undefined],
] as const) {
  void test(`the processor was in ${name}: '${line}'`, (t) => {
    t.equal(programCounterOn(line)?.function, name)
    t.end()
  })
}

for (const [symbol, name] of [
  ['f.isra.0', 'f'],
  ['f.part.0.constprop.1', 'f'],
  ['f.cold', 'f'],
  ['f.llvm.1234567890', 'f'],
  ['f.12', 'f'],
  ['__pfx_f', 'f'],
  ['bpf_prog_6deef7357e7b4530_sys_enter', 'bpf_prog_sys_enter'],
] as const) {
  void test(`${symbol} is ${name}`, (t) => {
    t.equal(functionOf(symbol), name)
    t.end()
  })
}

const splats: readonly (readonly [what: string, lines: readonly string[], splat: object])[] = [
  [
    'a report of a fuzzer, with lines and inlined functions',
    [
      '[  123.456789][ T1234] ==================================================================',
      '[  123.456789][ T1234] BUG: KASAN: slab-use-after-free in __list_del_entry_valid_or_report+0x17e/0x1b0 lib/list_debug.c:62',
      '[  123.456789][ T1234] Read of size 8 at addr ffff888105a3c018 by task syz.0.1/1234',
      '[  123.456789][ T1234] ',
      '[  123.456789][ T1234] CPU: 1 UID: 0 PID: 1234 Comm: syz.0.1 Not tainted 6.12.0-syzkaller #0',
      '[  123.456789][ T1234] Call Trace:',
      '[  123.456789][ T1234]  <TASK>',
      '[  123.456789][ T1234]  __dump_stack lib/dump_stack.c:94 [inline]',
      '[  123.456789][ T1234]  dump_stack_lvl+0x241/0x360 lib/dump_stack.c:120',
      '[  123.456789][ T1234]  print_report+0x169/0x550 mm/kasan/report.c:488',
      '[  123.456789][ T1234]  kasan_report+0x143/0x180 mm/kasan/report.c:601',
      '[  123.456789][ T1234]  __list_del_entry_valid_or_report+0x17e/0x1b0 lib/list_debug.c:62',
      '[  123.456789][ T1234]  __list_del_entry include/linux/list.h:215 [inline]',
      '[  123.456789][ T1234]  kvm_gmem_release+0x1ba/0x1f0 virt/kvm/guest_memfd.c:99',
      '[  123.456789][ T1234]  </TASK>',
      '[  123.456789][ T1234] ==================================================================',
    ],
    { kind: 'kasan', frame: 'kvm_gmem_release', task: { comm: 'syz.0.1', pid: 1234 }, corrupted: undefined },
  ],
  [
    'a warning of arm64, where a trace has no marks',
    [
      '[    3.100000] ------------[ cut here ]------------',
      '[    3.100000] WARNING: CPU: 1 PID: 77 at virt/kvm/guest_memfd.c:99 kvm_gmem_get_folio+0x12a/0x340',
      '[    3.100000] CPU: 1 UID: 0 PID: 77 Comm: agent Not tainted 6.12.117 #1',
      '[    3.100000] pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)',
      '[    3.100000] pc : kvm_gmem_get_folio+0x12a/0x340',
      '[    3.100000] lr : kvm_gmem_allocate+0x9c/0x110',
      '[    3.100000] Call trace:',
      '[    3.100000]  kvm_gmem_get_folio+0x12a/0x340 (P)',
      '[    3.100000]  kvm_gmem_allocate+0x9c/0x110',
      '[    3.100000] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'warning', frame: 'kvm_gmem_get_folio', end: 10, corrupted: undefined },
  ],
  [
    'an oops of riscv',
    [
      '[    3.100000] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000018',
      '[    3.100000] Oops [#1]',
      '[    3.100000] CPU: 1 UID: 0 PID: 77 Comm: agent Not tainted 6.12.117 #1',
      '[    3.100000] epc : kvm_gmem_get_folio+0x12a/0x340',
      '[    3.100000] [<ffffffff80009a2e>] kvm_gmem_get_folio+0x12a/0x340',
      '[    3.100000] [<ffffffff80009a3e>] kvm_gmem_allocate+0x9c/0x110',
      '[    3.100000] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'oops', title: 'NULL pointer dereference in kvm_gmem_get_folio', corrupted: undefined },
  ],
  [
    'a jump to nowhere',
    [
      '[    3.100000] BUG: kernel NULL pointer dereference, address: 0000000000000000',
      '[    3.100000] #PF: supervisor instruction fetch in kernel mode',
      '[    3.100000] Oops: 0010 [#1] PREEMPT SMP',
      '[    3.100000] RIP: 0010:0x0',
      '[    3.100000] Code: Unable to access opcode bytes at 0xffffffffffffffd6.',
      '[    3.100000] Call Trace:',
      '[    3.100000]  <TASK>',
      '[    3.100000]  kvm_gmem_allocate+0x9c/0x110',
      '[    3.100000]  0xffffffffc0001234',
      '[    3.100000]  </TASK>',
      '[    3.100000] ---[ end trace 0000000000000000 ]---',
    ],
    { kind: 'oops', frame: 'kvm_gmem_allocate', corrupted: undefined },
  ],
  [
    'a trace of an unwinder that is sure of nothing',
    [
      '[    3.100000] ------------[ cut here ]------------',
      '[    3.100000] WARNING: CPU: 0 PID: 0 at kernel/time/clockevents.c:458 clockevents_register_device+0x143/0x160',
      '[    3.100000] Stack:',
      '[    3.100000]  6005cc00 60233e18 60233e60 60233e18',
      '[    3.100000] Call Trace:',
      '[    3.100000]  [<6001597e>] ? show_stack+0xbe/0x1c0',
      '[    3.100000]  [<6002a1b4>] ? __warn+0x144/0x170',
      '[    3.100000]  [<60071c23>] ? clockevents_register_device+0x143/0x160',
      '[    3.100000]  [<60001bc8>] ? start_kernel+0x477/0x56a',
      '[    3.100000] ---[ end trace c83434852b3702d3 ]---',
    ],
    { kind: 'warning', frame: 'clockevents_register_device', corrupted: undefined },
  ],
  [
    'a stall of which the first trace is of the thread of RCU',
    [
      '[   30.100000] rcu: INFO: rcu_sched self-detected stall on CPU',
      '[   30.100000] rcu: rcu_sched kthread starved for 10494 jiffies! g2601 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x402 ->cpu=1',
      '[   30.100000] rcu: RCU grace-period kthread stack dump:',
      '[   30.100000] task:rcu_sched       state:I stack:    0 pid:   11 ppid:     2 flags:0x00004000',
      '[   30.100000] Call Trace:',
      '[   30.100000]  __schedule+0x988/0x26f0',
      '[   30.100000]  rcu_gp_kthread+0x8e8/0x1790',
      '[   30.100000] NMI backtrace for cpu 0',
      '[   30.100000] CPU: 0 PID: 77 Comm: agent Not tainted 6.1.119 #1',
      '[   30.100000] Call Trace:',
      '[   30.100000]  <IRQ>',
      '[   30.100000]  rcu_dump_cpu_stacks+0x1e8/0x226',
      '[   30.100000]  </IRQ>',
      '[   30.100000]  asm_sysvec_apic_timer_interrupt+0x12/0x20',
      '[   30.100000] RIP: 0010:kvm_gmem_zap+0x2c/0x110',
      '[   30.100000]  kvm_gmem_convert+0x1f4/0x3d0',
    ],
    { kind: 'rcu-stall', frame: 'kvm_gmem_zap', task: { comm: 'agent' } },
  ],
  [
    'warnings of two processors, with short times and without last lines',
    [
      '[  0.0][    C1] WARNING: net/mac80211/tx.c:1 at f+0x125d/0x1630, CPU#1: agent/77',
      '[  0.0][    C1] Call Trace:',
      '[  0.0][    C1]  <IRQ>',
      '[  0.0][    C2] WARNING: net/mac80211/tx.c:2 at g+0x125d/0x1630, CPU#2: agent/78',
      '[  0.0][    C1]  f1+0x0/0x10',
      '[  0.0][    C2] Call Trace:',
      '[  0.0][    C2]  <IRQ>',
      '[  0.0][    C1]  </IRQ>',
      '[  0.0][    C1] WARNING: net/mac80211/tx.c:3 at h+0x125d/0x1630, CPU#1: agent/77',
      '[  0.0][    C2]  g1+0x0/0x10',
      '[  0.0][    C2]  </IRQ>',
      '[  0.0][    C1] Call Trace:',
      '[  0.0][    C1]  <IRQ>',
      '[  0.0][    C1]  h1+0x0/0x10',
      '[  0.0][    C1]  </IRQ>',
    ],
    { frame: 'f', trace: [{ function: 'f1' }], corrupted: undefined },
  ],
  [
    'a lockup of a work queue, and what it was doing',
    [
      '[   90.100000] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 168s!',
      '[   90.100000] Showing busy workqueues and worker pools:',
      ...Array.from({ length: 200 }, () => '[   90.100000]     pending: vmstat_shepherd'),
      '[   90.100000] Showing backtraces of busy workers in stalled worker pools:',
      '[   90.100000] task:kworker/0:1     state:R  running task     stack:23976 pid:10    tgid:10    ppid:2',
      '[   90.100000] Workqueue: events kvm_gmem_zap_work',
      '[   90.100000] Call Trace:',
      '[   90.100000]  <TASK>',
      '[   90.100000]  preempt_schedule_common+0x82/0xd0',
      '[   90.100000]  </TASK>',
    ],
    { kind: 'workqueue-lockup', title: 'workqueue lockup in kvm_gmem_zap_work', corrupted: undefined },
  ],
  [
    'a warning of which a panic has the trace',
    [
      '[    3.100000] WARNING: CPU: 1 PID: 77 at virt/kvm/guest_memfd.c:99 f+0x12/0x34',
      '[    3.100000] Kernel panic - not syncing: panic_on_warn set ...',
    ],
    { kind: 'warning', frame: 'f', corrupted: undefined },
  ],
  [
    'a panic with an address in its text',
    ['[    3.100000] Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: f+0x12/0x34'],
    { title: 'Kernel panic: stack-protector: Kernel stack is corrupted in: f' },
  ],
  [
    'a panic because of a warning: the warning is whole',
    [
      '[    3.100000] WARNING: CPU: 1 PID: 77 at virt/kvm/guest_memfd.c:99 f+0x12/0x34',
      '[    3.100000] RIP: 0010:f+0x12/0x34',
      '[    3.100000] Call Trace:',
      '[    3.100000]  <TASK>',
      '[    3.100000]  g+0x12/0x34',
      '[    3.100000]  </TASK>',
      '[    3.100000] Kernel panic - not syncing: kernel: panic_on_warn set ...',
    ],
    { kind: 'warning', frame: 'f', corrupted: undefined },
  ],
  [
    'a complaint behind the beginning of another line',
    ['[    3.100000] kvm: half a li[    3.100001] BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1'],
    { kind: 'bad-page', title: 'bad rss counter MM_FILEPAGES' },
  ],
  [
    'a stall that a processor finds in itself',
    [
      '[   30.100000] rcu: INFO: rcu_sched self-detected stall on CPU',
      '[   30.100000] rcu: \t0-....: (20999 ticks this GP) idle=5d1c/1/0x4000000000000000 softirq=2107/2108 fqs=5250',
      '[   30.100000] NMI backtrace for cpu 0',
      '[   30.100000] CPU: 0 PID: 77 Comm: agent Not tainted 6.1.119 #1',
      '[   30.100000] Call Trace:',
      '[   30.100000]  <IRQ>',
      '[   30.100000]  dump_stack_lvl+0x5d/0x80',
      '[   30.100000]  nmi_cpu_backtrace.cold+0x32/0x68',
      '[   30.100000]  timekeeping_advance+0x12/0x34',
      '[   30.100000]  </IRQ>',
      '[   30.100000]  <TASK>',
      '[   30.100000]  asm_sysvec_apic_timer_interrupt+0x1a/0x20',
      '[   30.100000] RIP: 0010:kvm_gmem_zap+0x2c/0x110',
      '[   30.100000]  kvm_gmem_convert+0x1f4/0x3d0',
      '[   30.100000]  </TASK>',
    ],
    { kind: 'rcu-stall', title: 'rcu_sched stall in kvm_gmem_zap', end: 15, corrupted: undefined },
  ],
]

for (const [what, lines, splat] of splats) {
  void test(what, (t) => {
    t.match(findSplats(lines, { isRunning: false })[0], splat)
    t.end()
  })
}

void test('a line is parsed', (t) => {
  t.strictSame(parseLine('[   12.345678][   T77] text'), {
    text: 'text',
    time: 12.345678,
    caller: 'T77',
    isKernel: true,
  })
  t.strictSame(parseLine('[   12.345678]   text'), { text: '  text', time: 12.345678, isKernel: true })
  t.strictSame(parseLine('<4>[   T77] text'), { text: 'text', caller: 'T77', isKernel: true })
  t.strictSame(parseLine('[12:34:56] text'), { text: 'text', isKernel: false })
  t.strictSame(parseLine('text [1.5] and [foo]'), { text: 'text [1.5] and [foo]', isKernel: false })
  t.strictSame(parseLine('[    1.000000] one [    2.000000] two'), {
    text: 'one [    2.000000] two',
    time: 1,
    isKernel: true,
    next: '[    2.000000] two',
  })
  t.end()
})
