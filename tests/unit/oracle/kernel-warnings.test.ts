// Records of the kernel's log that are warnings, except for those about a slow computer.
import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { slowInstance, warningsIn } from '../../../harness/oracle/kernel-warnings.ts'

void test('records of the level of a warning or worse count', (t) => {
  const records = [
    { level: 6, text: 'Injecting memory failure at pfn 0x2029' },
    { level: 5, text: 'a notice' },
    { level: 4, text: 'guest_memfd: something is odd' },
    { level: 0, text: 'an emergency' },
  ]
  t.strictSame(warningsIn(records), ['guest_memfd: something is odd', 'an emergency'])
  t.end()
})

const texts = [
  'hrtimer: interrupt took 40506942 ns',
  'sched: DL replenish lagged too much',
  'workqueue: drain_vmap_area_work hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND',
  'clocksource: timekeeping watchdog on CPU1: Marking clocksource tsc as unstable',
  'kvm: SMP vm created on host with unstable TSC; guest TSC will not be reliable',
  'kvm: user requested TSC rate below hardware speed',
  'perf: interrupt took too long (2501 > 2500), lowering kernel.perf_event_max_sample_rate to 79000',
  'clocksource: Long readout interval, skipping watchdog check: cs_nsec: 3331186806 wd_nsec: 3331195620',
]

void test('records about a slow computer do not count', (t) => {
  t.strictSame(warningsIn(texts.map((text) => ({ level: 4, text }))), [])
  t.strictSame(warningsIn([{ level: 3, text: 'kvm: hrtimer: interrupt took 1 ns' }]), [
    'kvm: hrtimer: interrupt took 1 ns',
  ])
  t.end()
})

void test('the patterns are extended regular expressions of POSIX, too: exported C programs have them', (t) => {
  const args = ['-E', ...slowInstance.flatMap((pattern) => ['-e', pattern])]
  const input = [...texts, 'kvm: hrtimer: interrupt took 1 ns'].map((text) => `${text}\n`).join('')
  t.equal(execFileSync('grep', args, { input, encoding: 'utf8' }), texts.map((text) => `${text}\n`).join(''))
  t.end()
})
