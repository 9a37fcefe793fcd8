// Options that contradict one another are refused before a kernel is built.
import { test } from 'tap'
import {
  refuseKeepOfMany,
  refuseLoneRetry,
  refuseLoneUntilFail,
} from '../../../../harness/commands/planning/refusals.ts'

void test('--keep with several jobs is refused', (t) => {
  t.throws(() => refuseKeepOfMany({ keep: true, jobs: 2 }), { code: 'OPTION_VALUE' })
  refuseKeepOfMany({ keep: true })
  refuseKeepOfMany({ jobs: 2 })
  t.end()
})

void test('--retry-new needs a comparison, and no instance that is kept', (t) => {
  t.doesNotThrow(() => refuseLoneRetry({}))
  t.doesNotThrow(() => refuseLoneRetry({ retryNew: 0, keep: true }))
  t.doesNotThrow(() => refuseLoneRetry({ retryNew: 3, known: 'k.yaml' }))
  t.throws(() => refuseLoneRetry({ retryNew: 3 }), { code: 'OPTION_VALUE', hint: /--baseline last/ })
  t.throws(() => refuseLoneRetry({ retryNew: 3, baseline: 'last', keep: true }), { message: /--keep leaves/ })
  t.end()
})

void test('--repeat has a limit, and --until-fail needs it', (t) => {
  t.doesNotThrow(() => refuseLoneUntilFail({}, 1_000_000))
  t.doesNotThrow(() => refuseLoneUntilFail({ repeat: 10_000, untilFail: true }, 10))
  t.throws(() => refuseLoneUntilFail({ untilFail: true }, 1), { code: 'OPTION_VALUE', hint: /--repeat 100/ })
  t.throws(() => refuseLoneUntilFail({ repeat: 2, retryNew: 3 }, 1), { code: 'OPTION_VALUE', message: /--retry-new/ })
  t.throws(() => refuseLoneUntilFail({ repeat: 10_000 }, 11), {
    code: 'OPTION_VALUE',
    message: '--repeat 10000 of 11 tests has 110000 runs, and the limit is 100000',
  })
  t.end()
})
