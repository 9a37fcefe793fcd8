// One object scales every deadline.
import { test } from 'tap'
import { Patience } from '../../../harness/base/patience.ts'

void test('durations grow with the factor, and never below the least', (t) => {
  const patience = new Patience(10)
  t.equal(patience.for(150), 1500)
  t.equal(patience.for(100, 5000), 5000)
  t.equal(new Patience(0.1).for(45), 5)
  t.equal(patience.times(5).for(10), 500)
  t.equal(patience.factor, 10)
  t.end()
})
