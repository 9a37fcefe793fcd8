import { test } from 'tap'
import { spendsInstance } from '../../../harness/run/spends-instance.ts'

void test('a test that did not do what it should spends the instance that it shares', (t) => {
  const whole = { observation: {} }
  t.equal(spendsInstance({ verdict: 'PASS' }, whole), false)
  t.equal(spendsInstance({ verdict: 'SKIP' }, whole), false)
  t.equal(spendsInstance({ verdict: 'FAIL' }, whole), true, 'a leak is found after the end of the test')
  t.equal(spendsInstance({ verdict: 'ERROR' }, whole), true)
  t.equal(spendsInstance({ verdict: 'PASS' }, { ...whole, thrown: { value: new Error('x') } }), true)
  t.equal(spendsInstance({ verdict: 'FAIL', beforehand: true }, whole), false, 'the next boot has the same splat')
  t.equal(
    spendsInstance({ verdict: 'FAIL' }, { observation: { skipped: 'no KVM' } }),
    false,
    'a skip that is no success',
  )
  t.equal(spendsInstance({ verdict: 'FAIL' }, undefined), false, 'it had no instance')
  t.end()
})
