// Records of the kernel's log that are warnings, except for those about a slow computer.
import { test } from 'tap'
import { warningsIn } from '../../../harness/oracle/kernel-warnings.ts'

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

void test('records about a slow computer do not count', (t) => {
  const texts = [
    'hrtimer: interrupt took 40506942 ns',
    'sched: DL replenish lagged too much',
    'workqueue: drain_vmap_area_work hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND',
    'clocksource: timekeeping watchdog on CPU1: Marking clocksource tsc as unstable',
    'kvm: SMP vm created on host with unstable TSC; guest TSC will not be reliable',
    'kvm: user requested TSC rate below hardware speed',
    'perf: interrupt took too long (2501 > 2500), lowering kernel.perf_event_max_sample_rate to 79000',
  ]
  t.strictSame(warningsIn(texts.map((text) => ({ level: 4, text }))), [])
  t.strictSame(warningsIn([{ level: 3, text: 'kvm: hrtimer: interrupt took 1 ns' }]), [
    'kvm: hrtimer: interrupt took 1 ns',
  ])
  t.end()
})
