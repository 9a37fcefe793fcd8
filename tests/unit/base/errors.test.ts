// The side at fault decides the exit code.
import { test } from 'tap'
import {
  BootError,
  BuildError,
  exitCodeOf,
  GuestError,
  InfraError,
  messageOf,
  ProtocolError,
  UsageError,
} from '../../../harness/base/errors.ts'

const cases = [
  [new UsageError('X', 'wrong word'), 2],
  [new InfraError('X', 'no space'), 69],
  [new BuildError('X', 'does not compile'), 69],
  [new BootError('X', 'panic at boot'), 1],
  [new GuestError('X', 'panic later'), 1],
  [new ProtocolError('X', 'garbage'), 1],
  [new TypeError('a bug of ours'), 69],
] as const

for (const [error, code] of cases) {
  void test(`${error.name} ends the process with ${code}`, async (t) => {
    t.equal(exitCodeOf(error), code)
  })
}

void test('an error keeps its cause, hint and tail', async (t) => {
  const cause = new Error('inner')
  const error = new InfraError('NO_SPACE', 'no space left', { cause, hint: 'free some', tail: ['a', 'b'] })
  t.equal(error.name, 'InfraError')
  t.equal(error.code, 'NO_SPACE')
  t.equal(error.cause, cause)
  t.equal(error.hint, 'free some')
  t.same(error.tail, ['a', 'b'])
})

void test('any thrown value has a text', async (t) => {
  t.equal(messageOf(new Error('x')), 'x')
  t.equal(messageOf('y'), 'y')
})
