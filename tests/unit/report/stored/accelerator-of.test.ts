// Durations are those of one accelerator.
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { acceleratorOf } from '../../../../harness/report/stored/accelerator-of.ts'

function vm(accelerator: string): ReportEvent {
  return { type: 'vm-ready', accelerator, reason: 'r', profile: 'plain', origin: 'booted', milliseconds: 1 }
}

void test('a run has the accelerator of all its instances', (t) => {
  t.equal(acceleratorOf([vm('kvm'), vm('kvm')]), 'kvm')
  t.equal(acceleratorOf([vm('kvm'), vm('tcg')]), undefined, 'shards of different computers')
  t.equal(acceleratorOf([]), undefined)
  t.end()
})
