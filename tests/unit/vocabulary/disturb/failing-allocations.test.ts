// Failing allocations: each fails once, and the number of refusals shows whether the named ones failed.
import { test } from 'tap'
import type { OperationName } from '../../../../harness/agent/wire/operations.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import type { FailingAllocations, LastingFailures } from '../../../../harness/vocabulary/disturb/failing-allocations.ts'
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
  const { agent, failEachAllocation } = createContext(
    owned.agent,
    { dialect: 'convert-ioctl', hugePages: hugePageSizes },
    () => undefined,
  )
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
  { needed: [], refusals: 'some', wanted: 'at least 1', found: 0 },
  { needed: [], refusals: 14, wanted: '14', found: 0 },
  { needed: [1, 2], refusals: 3, wanted: '3', found: 2 },
  { needed: [1, 2], refusals: 1, wanted: '1', found: 2 },
  { needed: [3], refusals: 0, wanted: '0', found: 1 },
  { needed: [1, 2], refusals: { atLeast: 3 }, wanted: 'at least 3', found: 2 },
] as const

for (const { needed, refusals: named, wanted, found } of refusals) {
  void test(`${found} refusals are a failed check where ${wanted} are wanted`, async (t) => {
    const failure = failEach(injector({ allocations: 3, needed }), { refusals: named })
    await t.rejects(failure, {
      name: 'CheckFailure',
      message: `failed allocations of struct pages that ended in ENOMEM: wanted ${wanted}, found ${found} (3 allocations of pages failed)`,
    })
  })
}

for (const named of [2, 'some', { atLeast: 1 }, { atLeast: 2 }] as const) {
  void test(`two refusals are enough where ${JSON.stringify(named)} are wanted`, async (t) => {
    const { told } = await failEach(injector({ allocations: 2, needed: [1, 2] }), { refusals: named })
    t.equal(told.length, 2)
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

interface Armed {
  readonly space: number
  readonly times: number
}

/** Injects into the operation setAffinity, which allocates so many bytes, or pages; the kernel tries a failed one again. */
function lastingInjector({ size, armed = 1 }: { readonly size: number; readonly armed?: number }) {
  const seen: Armed[] = []
  const last = (): Armed => seen.at(-1) ?? { space: 0, times: 0 }
  const options: FakeOptions = {
    reply: (name: OperationName, body: Buffer) => {
      if (name === 'failLasting') {
        seen.push({ space: Number(body.readBigUInt64LE(8)), times: Number(body.readBigUInt64LE(16)) })
      }
      return name === 'failLastingResult' ? { words: [armed, last().space < size ? 1 : 0] } : undefined
    },
    react: (name) => (name === 'setAffinity' && last().space < size && last().times > 1 ? enomem : undefined),
  }
  return { seen, options }
}

async function failFrom(options: FakeOptions, wanted: Partial<LastingFailures> = {}): Promise<readonly string[]> {
  const { instance } = await fakeInstance(options)
  await using owned = instance
  const { agent, failAllocationsFrom } = createContext(
    owned.agent,
    { dialect: 'convert-ioctl', hugePages: hugePageSizes },
    () => undefined,
  )
  const told: string[] = []
  await failAllocationsFrom({
    of: 'nodes',
    what: 'nodes',
    refusals: 'some',
    operation: () => agent.setAffinity(0),
    after: async ({ errno }, position) => void told.push(`${position} ${errno}`),
    ...wanted,
  })
  return told
}

for (const { of, size, spaces } of [
  { of: 'nodes', size: 600, spaces: [0, 256, 512, 768] },
  { of: 'objects', size: 130, spaces: [0, 64, 128, 192] },
  { of: 'pages', size: 4, spaces: [1, 2, 3, 4] },
] as const) {
  void test(`the first one of ${of} to fail moves to the end`, async (t) => {
    const { seen, options } = lastingInjector({ size })
    t.strictSame(await failFrom(options, { of }), ['1 ENOMEM', '2 ENOMEM', '3 ENOMEM'])
    t.strictSame(
      seen.map(({ space }) => space),
      spaces,
    )
  })
}

void test('so many fail in a row, and a success is told as well', async (t) => {
  const { seen, options } = lastingInjector({ size: 300 })
  t.strictSame(await failFrom(options, { inARow: 1, refusals: 0 }), ['1 OK', '2 OK'])
  t.strictSame(seen[0], { space: 0, times: 1 })
})

void test('other refusals of lasting failures than the named ones are a failed check', async (t) => {
  await t.rejects(failFrom(lastingInjector({ size: 300 }).options, { refusals: 0 }), {
    name: 'CheckFailure',
    message: 'failed allocations of nodes that ended in ENOMEM: wanted 0, found 2 (2 allocations of nodes failed)',
  })
})

void test('lasting failures that do not work, or never end, are an error', async (t) => {
  const broken = { code: 'INJECTION_BROKEN' }
  await t.rejects(failFrom(lastingInjector({ size: 300, armed: 0 }).options), broken)
  await t.rejects(failFrom(lastingInjector({ size: 1e9 }).options), broken)
  await t.rejects(failFrom({ react: (name) => (name === 'failLasting' ? 2 : undefined) }), broken)
})

void test('pages of slabs that are missing several times do not stand for a named allocation', async (t) => {
  let [nth, slabPages] = [0, 3]
  const options: FakeOptions = {
    reply: (name: OperationName, body: Buffer) => {
      if (name === 'failNth') nth = Number(body.readBigUInt64LE(8))
      return name === 'failNthResult' ? { words: [1, nth <= 3 ? 1 : 0] } : undefined
    },
    react: (name) => {
      if (name !== 'setAffinity' || nth > 3) return undefined
      if (nth === 2 && slabPages > 0) {
        slabPages -= 1
        return undefined
      }
      return enomem
    },
  }
  const { told } = await failEach(options, { refusals: { atLeast: 3 } })
  t.strictSame(
    told.filter(([, errno]) => errno === 'ENOMEM').map(([position]) => position),
    [1, 2, 3],
  )
})
