// Lines that are splats in the console of a window, and lines that are not.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { findSplats } from '../../../harness/console/find-splats.ts'
import { goldenLines } from './fixtures/golden.ts'

const harmless: Readonly<Record<string, readonly string[]>> = {
  'ordinary lines': [
    '[    0.100000] SVM: Nested Virtualization enabled',
    '[    0.200000] Memory: 1234K/5678K available (no debug)',
    '[    0.300000] Speculative Return Stack Overflow: Vulnerable: Safe RET, no microcode',
    '[    0.400000] debug: bugs: warnings:',
    '[    0.400000] DEBUG: BUGS are not here, Oops neither',
    '[    0.500000] Kernel command line: oops=panic panic_on_warn=1 hung_task_panic=1',
    '[    0.600000] rcu: Preemptible hierarchical RCU implementation.',
    '[    0.700000] NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.',
    '[    0.800000] kmemleak: Kernel memory leak detector initialized (mem pool available: 15615)',
    '[    0.900000] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar',
    '[    0.900000] list_lru: Call me, kexec: nobody cared to detect a lock [#1 of 2]',
    'init: ready',
    '',
  ],
  'faults of a program': [
    '[    1.000000] agent[41]: segfault at 0 ip 0000000000401000 sp 00007ffe8d76f6d8 error 4 in agent[401000+3c000]',
    '[    1.000000] traps: agent[42] general protection fault ip:401000 sp:7ffe8d76f6d8 error:0 in agent[401000+3c000]',
    '[    1.000000] MCE: Killing agent:41 due to hardware memory corruption fault at 7fa5ada08000',
    '[    1.000000] Memory failure: 0x105a3c: recovery action for dirty LRU page: Recovered',
  ],
  'the output of a program': [
    '[    1.000000] Run /init as init process',
    'WARNING: the agent has no tests',
    'BUG: this is a program',
    'INFO: task done',
  ],
  'faults of this computer': [
    '[    0.100000] RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable to RETBleed attacks, data leaks possible!',
    '[    0.100000] Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on',
    '[    0.100000] WARNING: BIOS bug: CPU MTRRs don’t cover all of memory, losing 12MB of RAM.',
    '[    0.100000] WARNING: MP table in the EBDA can be UNSAFE, contact linux-smp@vger.kernel.org if you experience SMP problems!',
    '[    0.100000] WARNING: x1-x3 nonzero in violation of boot protocol:',
    '[    3.000000] INFO: NMI handler (nmi_cpu_backtrace_handler) took too long to run: 1.234 msecs',
    '[    3.000000] hrtimer: interrupt took 1234567 ns',
  ],
  'advice, slow interrupts and lone lines': [
    '[    3.000000] WARNING: the mand mount option is being deprecated and',
    "[    3.000000] warning: `agent' uses wireless extensions which will stop working for Wi-Fi 7 hardware; use nl80211",
    "[    3.000000] WARNING: `AGENT' USES WIRELESS EXTENSIONS WHICH WILL STOP WORKING FOR WI-FI 7 HARDWARE; USE NL80211",
    '[    3.000000] perf: interrupt took too long (2501 > 2500), lowering kernel.perf_event_max_sample_rate to 79000',
    '[    3.000000] INFO: NMI handler (perf_event_nmi_handler) perf: interrupt took too long (3132 > 3131)',
    '[    3.000000] INFO: perf: interrupt took too long (3132 > 3131), lowering',
    '[    3.000000] WARNING: /etc/ssh/moduli does not exist, using fixed modulus',
    '[    3.000000] INFO: lockdep is turned off.',
  ],
  'requested traces': [
    '[    5.000000] sysrq: Show Blocked State',
    '[    5.000000] task:agent           state:D stack:0     pid:77    tgid:77    ppid:1      flags:0x00000002',
    ...goldenLines('hung-task').slice(6, 22),
    '[    6.000000] FAULT_INJECTION: forcing a failure.',
    '[    6.000000] name failslab, interval 1, probability 100, space 0, times 0',
    ...goldenLines('call-trace').slice(3, 15),
  ],
}

void test('the console of a clean run has no splat', (t) => {
  const log = readFileSync(path.join(import.meta.dirname, 'fixtures/clean.log'), 'utf8')
  t.strictSame(findSplats(log.split('\n'), { isRunning: false }), [])
  t.end()
})

for (const [what, lines] of Object.entries(harmless)) {
  void test(`no splat: ${what}`, (t) => {
    t.strictSame(findSplats(lines), [])
    t.end()
  })
}

void test('an injected fault excuses one trace and no other', (t) => {
  const asked = ['[    6.000000] FAULT_INJECTION: forcing a failure.', ...goldenLines('call-trace').slice(3, 15)]
  const noise = Array.from({ length: 60 }, (_, number) => `[    6.100000] fine ${number}`)
  const trace = [
    '[    7.000000] Call Trace:',
    '[    7.000000]  <TASK>',
    '[    7.000000]  frob+0x1/0x2',
    '[    7.000000]  </TASK>',
  ]
  const said = '[    7.000000] unchecked MSR access error: WRMSR to 0x123'
  t.match(findSplats([...asked, ...noise, said, ...trace, ...noise, ...trace]), [
    { kind: 'trace', said: /unchecked MSR/, frame: 'frob' },
    { kind: 'trace', frame: 'frob' },
  ])
  t.match(findSplats([...asked.slice(0, 1), ...noise, said, ...trace]), [{ said: /unchecked MSR/ }])
  t.match(findSplats([...asked, said, ...trace]), [{ said: /unchecked MSR/ }])
  t.end()
})

void test('requested traces do not prolong the time in which they are expected', (t) => {
  const trace = ['[    7.000000] Call Trace:', '[    7.000000]  frob+0x1/0x2', '[    7.000000] fine']
  const noise = Array.from({ length: 60 }, (_, number) => `[    6.100000] fine ${number}`)
  const sysrq = ['[    5.000000] sysrq: Show Regs', ...trace]
  t.strictSame(findSplats([...sysrq, ...noise, ...trace]), [])
  t.match(findSplats([...sysrq, ...noise, ...trace, ...noise, ...trace]), [{ kind: 'trace', start: 126 }])
  t.end()
})

void test('the name of a processor bug within a word does not make a warning harmless', (t) => {
  t.match(findSplats(['[    3.000000] WARNING: dirty BITS lost']), [{ title: 'WARNING: dirty BITS lost' }])
  t.strictSame(findSplats(['[    3.000000] WARNING: ITS is not there']), [])
  t.end()
})

const lone: readonly (readonly [line: string, title: string])[] = [
  [
    "WARNING: kernel stack regs at 0000000012345678 in agent:77 has bad 'bp' value 000000001f0f0f0f",
    "kernel stack regs has bad 'bp' value",
  ],
  [
    'WARNING: kernel stack frame pointer at 00000000ae9e2b2b in agent:77 has bad value 0000000012345678',
    'kernel stack frame pointer has bad value',
  ],
  [
    'VFS: Busy inodes after unmount of sda1. Self-destruct in 5 seconds.  Have a nice day...',
    'busy inodes after unmount',
  ],
  ['VFS: Busy inodes after unmount of loop0 (ext4)', 'busy inodes after unmount'],
  ['BUG: Bad rss-counter state mm:00000000a1b2c3d4 idx:1 val:2', 'bad rss counter 1'],
  ['BUG: non-zero nr_ptes on freeing mm: 1', 'page tables left when an mm is freed'],
  ['BUG: frob state mm:00000000a1b2c3d4 is bad', 'BUG: frob state is bad'],
  ['BUG: frob is lost (ffff888012345678) [ffffffff81234567]', 'BUG: frob is lost'],
  ['BUG: frob page=0xffff888012345678 count=12', 'BUG: frob count=12'],
  ['VFS: Close: file count is 0', 'Close: file count is 0'],
  ['VFS: Close: file count is 0 (f_op=0xffffffff81234567)', 'Close: file count is 0'],
  ['Unhandled fault: imprecise external abort (0x1406) at 0x00000000', 'Unhandled fault: imprecise external abort'],
  ['Unhandled prefetch abort: debug event (0x222) at 0xc0123456', 'Unhandled prefetch abort: debug event'],
]

for (const [line, title] of lone) {
  void test(`a splat of one line, in which no address is in the title: ${line}`, (t) => {
    const found = findSplats([`[    3.000000] ${line}`, ...goldenLines('oops')])
    t.match(found, [{ title, corrupted: undefined }, { kind: 'oops' }])
    t.equal(found.length, 2)
    t.end()
  })
}

void test('a boot banner is a splat while an instance runs', (t) => {
  t.match(findSplats(['[    0.000000] Linux version 6.12.57 (gcc) #1 SMP']), [{ kind: 'reboot' }])
  t.end()
})

void test('a splat has all its lines, and the most informative one', (t) => {
  const lines = goldenLines('refcount')
  const later = lines.map((line) => line.replace('[   1', '[   9'))
  const [first, second, ...others] = findSplats([...lines, ...later])
  const wanted = {
    kind: 'refcount',
    said: 'refcount_t: underflow; use-after-free.',
    lines: lines.slice(2, 33),
  }
  t.match(first, wanted)
  t.match(second, { ...wanted, start: 2 + lines.length, lines: later.slice(2, 33) })
  t.strictSame(others, [])
  t.end()
})

void test('a splat that is cut off at the end of the window counts', (t) => {
  const found = findSplats(['[    3.100000] ------------[ cut here ]------------'])
  t.match(found, [{ kind: 'warning', said: '------------[ cut here ]------------', corrupted: /./ }])
  t.end()
})

void test('a panic after an oops is a splat of its own', (t) => {
  const found = findSplats([
    ...goldenLines('null-dereference').slice(0, 43),
    '[   13.200000][    T77] Kernel panic - not syncing: Fatal exception',
  ])
  t.match(found, [{ kind: 'oops', corrupted: undefined }, { kind: 'panic' }])
  t.end()
})

void test('a splat that no row names counts, with or without a trace', (t) => {
  t.match(findSplats(['[    3.100000] BUG: something that nobody has listed', '[    3.200000] fine']), [
    { kind: 'bug', title: 'BUG: something that nobody has listed', lines: [/BUG/], corrupted: undefined },
  ])
  t.match(findSplats(['[    3.100000] Call Trace:', '[    3.100000]  frob+0x1/0x2', '[    3.200000] fine']), [
    { kind: 'trace', frame: 'frob', end: 2 },
  ])
  t.end()
})

void test('the trace has every address, with all facts of its line', (t) => {
  const [found] = findSplats(goldenLines('warning'))
  t.match(found?.trace.slice(0, 2), [
    { symbol: 'kvm_gmem_get_folio', offset: 0x12a, size: 0x340, module: 'kvm', isExact: true },
    { symbol: 'kvm_gmem_allocate', offset: 0x9c, size: 0x110, module: 'kvm' },
  ])
  t.end()
})

void test('a trace that was symbolised before keeps file and line', (t) => {
  const lines = goldenLines('warning').map((line) =>
    line.replace(/(kvm_gmem_allocate)\+.*/, '$1 (virt/kvm/guest_memfd.c:250 (discriminator 3)) kvm'),
  )
  t.match(findSplats(lines)[0]?.trace[1], {
    function: 'kvm_gmem_allocate',
    location: 'virt/kvm/guest_memfd.c:250',
  })
  t.end()
})
