import { test } from 'tap'
import { spendsInstance } from '../../../harness/run/spends-instance.ts'

void test('a test that did not do what it should spends the instance that it shares', (t) => {
  const quiet = { splats: [], warnings: [], leaks: [] }
  const whole = { ...quiet, observation: {} }
  t.equal(spendsInstance({ verdict: 'PASS' }, whole), false)
  t.equal(spendsInstance({ verdict: 'SKIP' }, whole), false)
  t.equal(spendsInstance({ verdict: 'FAIL' }, whole), true, 'a leak is found after the end of the test')
  t.equal(spendsInstance({ verdict: 'ERROR' }, whole), true)
  t.equal(spendsInstance({ verdict: 'PASS' }, { ...whole, thrown: { value: new Error('x') } }), true)
  t.equal(spendsInstance({ verdict: 'FAIL', beforehand: true }, whole), false, 'the next boot has the same splat')
  const skipped = { ...quiet, observation: { skipped: 'no KVM' } }
  t.equal(spendsInstance({ verdict: 'FAIL' }, skipped), false, 'a skip that is no success')
  t.equal(
    spendsInstance({ verdict: 'FAIL' }, { ...skipped, warnings: ['kvm: odd'] }),
    true,
    'the kernel was in trouble',
  )
  t.equal(spendsInstance({ verdict: 'FAIL' }, undefined), false, 'it had no instance')
  t.end()
})
