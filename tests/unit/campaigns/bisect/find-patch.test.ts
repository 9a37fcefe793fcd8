// Searches with scripted kernels.
import { test } from 'tap'
import { findPatch } from '../../../../harness/campaigns/bisect/find-patch.ts'
import type { Step } from '../../../../harness/campaigns/bisect/tried-kernel.ts'
import type { Trial } from '../../../../harness/campaigns/bisect/trial.ts'
import { InfraError, UsageError } from '../../../../harness/base/errors.ts'

interface Told {
  readonly tried: number[]
  readonly kept: (readonly Step[])[]
  readonly left: number[]
}

async function find(
  tryAt: (applied: number) => Trial,
  {
    bad = 8,
    earlier = [],
    told = { tried: [], kept: [], left: [] },
  }: { bad?: number; earlier?: Step[]; told?: Told } = {},
): Promise<Awaited<ReturnType<typeof findPatch>>> {
  return findPatch({
    ends: { good: 0, bad },
    earlier,
    tryAt: async (applied) => {
      told.tried.push(applied)
      return tryAt(applied)
    },
    keep: async (steps) => void told.kept.push([...steps]),
    onTest: (_applied, left) => void told.left.push(left),
    onStep: async () => undefined,
  })
}

const trial = (kind: Trial['kind']): Trial => ({ kind, message: kind })
function full(): never {
  throw new InfraError('NO_SPACE', 'the disk is full')
}

const since = (first: number) => (applied: number) => trial(applied >= first ? 'failed' : 'passed')

void test('the first bad patch is found, and each result is kept', async (t) => {
  const told: Told = { tried: [], kept: [], left: [] }
  const { finding, steps } = await find(since(3), { told })
  t.strictSame(finding, { kind: 'found', patch: 3 })
  t.strictSame(told.tried, [8, 4, 2, 3])
  t.strictSame(told.kept.at(-1), steps)
  t.strictSame(steps[0], { applied: 8, mark: 'bad', message: 'failed' })
})

void test('a search goes on from the results of an earlier one', async (t) => {
  const told: Told = { tried: [], kept: [], left: [] }
  const earlier: Step[] = [
    { applied: 8, mark: 'bad', message: 'x' },
    { applied: 4, mark: 'bad', message: 'x' },
  ]
  const { finding } = await find(since(3), { earlier, told })
  t.strictSame(finding, { kind: 'found', patch: 3 })
  t.strictSame(told.tried, [2, 3])
  t.equal(earlier.length, 2, 'the caller keeps its own list')
})

void test('only a test that fails makes a kernel bad', async (t) => {
  for (const kind of ['lacking', 'not-built', 'no-boot', 'unclear'] as const) {
    const { finding, steps } = await find((applied) => (applied === 4 ? trial(kind) : since(6)(applied)))
    t.strictSame(finding, { kind: 'found', patch: 6 }, kind)
    t.match(
      steps.find(({ applied }) => applied === 4),
      { mark: 'skip' },
    )
  }
})

void test('trouble of this computer is skip, never bad, and is not kept', async (t) => {
  const told: Told = { tried: [], kept: [], left: [] }
  const { finding, steps } = await find(
    (applied) => {
      if (applied === 4) throw new InfraError('NO_SPACE', 'the disk is full')
      return since(6)(applied)
    },
    { told },
  )
  t.strictSame(finding, { kind: 'found', patch: 6 })
  t.match(
    steps.find(({ applied }) => applied === 4),
    { mark: 'skip', message: 'the disk is full' },
  )
  t.notOk(told.kept.flat().some(({ applied }) => applied === 4))
})

void test('trouble with three kernels one after the other ends the search, and so does trouble at an end', async (t) => {
  const told: Told = { tried: [], kept: [], left: [] }
  await t.rejects(
    find((applied) => (applied === 8 ? trial('failed') : full()), { told }),
    { code: 'NO_SPACE' },
  )
  t.strictSame(told.tried, [8, 4, 3, 5])
  t.strictSame(told.kept.at(-1)?.length, 1)
  await t.rejects(find(full), { code: 'NO_SPACE' })
  await t.rejects(
    find(() => trial('trouble')),
    { code: 'BISECT_TROUBLE', hint: /remove the cause and run the same command again/ },
  )
})

void test('other errors end the search at once', async (t) => {
  await t.rejects(
    find(() => {
      throw new UsageError('BISECT_COMMAND', 'ended with 127')
    }),
    { code: 'BISECT_COMMAND' },
  )
})
