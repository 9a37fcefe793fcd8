// Failing allocations: each fails once, and the number of refusals shows whether the named ones failed.
import { test } from 'tap'
import type { OperationName } from '../../../../harness/agent/wire/operations.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import type { FailingAllocations } from '../../../../harness/vocabulary/disturb/failing-allocations.ts'
import { fakeInstance, type FakeOptions } from '../../fixtures/run/fake-instance.ts'

const enomem = 12

interface Injected {
  /** The allocations of the operation. */
  readonly allocations: number
  /** Those that end in ENOMEM when they fail; the kernel copes with the others. */
  readonly needed?: readonly number[]
  readonly armed?: boolean
}

/** Injects into the operation setAffinity. */
function injector({ allocations, needed = [], armed = true }: Injected): FakeOptions {
  let nth = 0
  return {
    reply: (name: OperationName, body: Buffer) => {
      if (name === 'failNth') nth = Number(body.readBigUInt64LE(8))
      return name === 'failNthResult' ? { words: [armed ? 1 : 0, nth <= allocations ? 1 : 0] } : undefined
    },
    react: (name) => (name === 'setAffinity' && needed.includes(nth) ? enomem : undefined),
  }
}

async function failEach(
  options: FakeOptions,
  wanted: Partial<FailingAllocations> = {},
): Promise<{ readonly told: readonly (readonly [number, string])[]; readonly operations: readonly string[] }> {
  const { instance } = await fakeInstance(options)
  await using owned = instance
  const { agent, failEachAllocation } = createContext(owned.agent, 'convert-ioctl', () => undefined)
  const told: (readonly [number, string])[] = []
  await failEachAllocation({
    of: 'pages',
    what: 'struct pages',
    refusals: 0,
    operation: () => agent.setAffinity(0),
    after: async ({ errno }, nth) => void told.push([nth, errno]),
    ...wanted,
  })
  return { told, operations: agent.recentOperations }
}

void test('each allocation of the kind fails once, and the last round has no failure', async (t) => {
  const { told, operations } = await failEach(injector({ allocations: 3, needed: [2] }), { refusals: 1 })
  t.strictSame(told, [
    [1, 'OK'],
    [1, 'OK'],
    [2, 'ENOMEM'],
    [3, 'OK'],
    [3, 'OK'],
  ])
  t.match(
    operations.filter((line) => line.startsWith('failNth(')),
    [/nth 1/, /nth 1/, /pages, nth 2/, /nth 3/, /nth 3/, /nth 4/],
  )
})

const refusals = [
  { needed: [], wanted: 'some', found: 0 },
  { needed: [], wanted: 14, found: 0 },
  { needed: [1, 2], wanted: 3, found: 2 },
  { needed: [1, 2], wanted: 1, found: 2 },
  { needed: [3], wanted: 0, found: 1 },
] as const

for (const { needed, wanted, found } of refusals) {
  void test(`${found} refusals are a failed check where ${wanted} are wanted`, async (t) => {
    const failure = failEach(injector({ allocations: 3, needed }), { refusals: wanted })
    await t.rejects(failure, {
      name: 'CheckFailure',
      message: `failed allocations of struct pages that ended in ENOMEM: wanted ${wanted === 'some' ? 'at least 1' : wanted}, found ${found} (3 allocations of pages failed)`,
    })
  })
}

void test('an allocation that is missing once does not hide the one behind it', async (t) => {
  let noise = 1
  let nth = 0
  const { told } = await failEach(
    {
      reply: (name: OperationName, body: Buffer) => {
        if (name === 'failNth') nth = Number(body.readBigUInt64LE(8))
        return name === 'failNthResult' ? { words: [1, nth <= 2 + noise ? 1 : 0] } : undefined
      },
      react: (name) => {
        if (name !== 'setAffinity') return undefined
        if (nth > noise && nth <= 2 + noise) return enomem
        noise = 0
        return undefined
      },
    },
    { refusals: 2 },
  )
  t.strictSame(told, [
    [1, 'OK'],
    [1, 'ENOMEM'],
    [2, 'ENOMEM'],
  ])
})

void test('the wanted number of refusals passes', async (t) => {
  await t.resolves(failEach(injector({ allocations: 3, needed: [1, 3] }), { refusals: 2 }))
  await t.resolves(failEach(injector({ allocations: 3, needed: [3] }), { refusals: 'some' }))
  await t.resolves(failEach(injector({ allocations: 0 }), { refusals: 0 }))
})

void test('an injection that does not work, or never ends, is an error', async (t) => {
  await t.rejects(failEach(injector({ allocations: 3, armed: false })), { code: 'INJECTION_BROKEN' })
  await t.rejects(failEach(injector({ allocations: 1000 })), { code: 'INJECTION_BROKEN' })
  await t.rejects(failEach({ react: (name) => (name === 'failNth' ? 2 : undefined) }), {
    code: 'INJECTION_BROKEN',
  })
})
