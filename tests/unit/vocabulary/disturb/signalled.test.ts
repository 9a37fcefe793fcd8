// Signals during an operation: what the agent counted is returned, and a promise that no operation used is an error.
import { test } from 'tap'
import type { OperationName } from '../../../../harness/agent/wire/operations.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import { fakeInstance, type FakeOptions } from '../../fixtures/run/fake-instance.ts'

const einval = 22

/** The words of an answer: armed, error, handled, inCalls, ended, pending, nanoseconds. */
function answers(words: readonly number[]): FakeOptions {
  return { reply: (name: OperationName) => (name === 'signalNextResult' ? { words } : undefined) }
}

async function run(options: FakeOptions) {
  const { instance } = await fakeInstance(options)
  await using owned = instance
  const { agent, signalled } = createContext(
    owned.agent,
    { dialect: 'convert-ioctl', hugePages: hugePageSizes },
    () => undefined,
  )
  return await signalled({ how: 'handled', after: 5, every: 7 }, async () => (await agent.setAffinity(0)).errno)
}

void test('the reply of the operation comes back with the counted signals', async (t) => {
  t.match(await run(answers([1, 0, 3, 2, 1, 0, 900])), {
    reply: 'OK',
    signals: { handled: 3, inCalls: 2, ended: 1, pending: false, nanoseconds: 900 },
  })
})

void test('signals that cannot be sent are an error', async (t) => {
  await t.rejects(run(answers([0, 0, 0, 0, 0, 0, 0])), { code: 'SIGNALS_BROKEN', message: /no operation came/ })
  await t.rejects(run(answers([0, einval, 0, 0, 0, 0, 0])), { code: 'SIGNALS_BROKEN', message: /no timer: EINVAL/ })
  await t.rejects(run({ react: (name) => (name === 'signalNext' ? einval : undefined) }), {
    message: 'promising signals: wanted OK, found EINVAL',
  })
})
