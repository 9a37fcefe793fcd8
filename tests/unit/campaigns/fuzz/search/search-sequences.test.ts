// The search on kernels with one bug each, and on one without.
import { test } from 'tap'
import { linesOf, type Program } from '../../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { search, type SearchResult } from '../../../../../harness/campaigns/fuzz/search/search-sequences.ts'
import { fakeBench } from '../fixtures/fake-bench.ts'
import type { Bug } from '../fixtures/fake-bug.ts'

const common = { pageSize: '4K', claim: () => true, signal: new AbortController().signal } as const

async function searched(bug: Bug | undefined, runs: number, seed: number = 1): Promise<SearchResult> {
  const { bench } = await fakeBench(bug)
  return await search(bench, { ...common, seed, runs })
}

/** The bugs, each with the most steps that show it, and with words of the difference. */
const bugs: readonly (readonly [Bug, number, RegExp])[] = [
  ['converts the last page not', 2, /: pages.*: wanted .*, found .*$/],
  ['ignores pins', 2, /convert .* to private: errno: wanted EAGAIN, found OK$/],
  ['names the start', 3, /convert .* to private: errorOffset: wanted \d+, found \d+$/],
  ['converts by half', 4, /found .*(?:sigbus|EFAULT)/],
  ['a hole keeps its last page', 3, /wanted /],
  ['binds twice', 1, /bind .*: errno: wanted EINVAL, found OK$/],
  ['accepts half a page', 1, /convert .*: errno: wanted EINVAL, found OK$/],
  ['forgets what the guest wrote', 2, /found /],
  ['copies private pages', 2, /copy .*: pages: wanted .*fault.*, found .*sigbus/],
  ['keeps memory of closed files', 0, /the state at the end: errno: wanted EFAULT, found OK$/],
  ['takes lack of memory for success', 3, /without-memory|while .* fail.*: pages: wanted .*, found /],
  ['a hole keeps failed memory', 3, /fail the memory .*: pages: wanted .*, found .*(?:sigbus|fault)/],
  ['kills children that look', 2, /: the child: wanted alive, found gone$/],
  ['children keep their mappings', 3, /found /],
  ['leaves the last page to the guest', 2, /convert .*: pages that the guest lost: wanted \d+, found \d+$/],
]

for (const [bug, mostSteps, message] of bugs) {
  void test(`a kernel that ${bug} is found out, with a small program`, async (t) => {
    const { finding } = await searched(bug, 500)
    t.match(finding, { isConfirmed: true, seed: 1 })
    t.match(finding?.message, message)
    t.ok((finding?.program.steps.length ?? 99) <= mostSteps, linesOf(finding?.program ?? never).join('; '))
  })
}

const never = { shape: { pageSize: '4K', pages: 0, initially: 'shared' }, steps: [] } as const

void test('a kernel that follows the rules differs nowhere', async (t) => {
  const { finding, sequences, steps, known } = await searched(undefined, 100)
  t.equal(finding, undefined)
  t.equal(sequences, 100)
  t.strictSame(known, [])
  t.ok(steps > 500, `${steps} steps`)
})

void test('steps that do not fit into one message are left out', async (t) => {
  const { bench } = await fakeBench(undefined)
  const weights = new Map([['fail-page', 100]])
  const { finding, steps } = await search(bench, { ...common, seed: 1, runs: 20, weights })
  t.equal(finding, undefined)
  t.ok(steps > 20, `${steps} steps`)
})

void test('steps for which the kernel lacks something are left out', async (t) => {
  const { bench } = await fakeBench('takes lack of memory for success', new Set(['pre-fault']))
  const seen = new Set<string>()
  const onProgram = (program: Program): void => program.steps.forEach(({ needs }) => needs && seen.add(needs))
  const { finding } = await search(bench, { ...common, seed: 1, runs: 200, onProgram })
  t.equal(finding, undefined)
  t.strictSame([...seen], ['pre-fault'])
})

void test('a seed and a number give the same sequence', async (t) => {
  const { finding } = await searched('ignores pins', 200, 7)
  const programs: string[] = []
  const { bench } = await fakeBench('ignores pins')
  const again = await search(bench, {
    ...common,
    seed: 7,
    runs: 1,
    path: finding?.path,
    onProgram: (program, path) => programs.push(`${path}: ${linesOf(program).join('; ')}`),
  })
  t.equal(programs.length, 1)
  t.match(programs[0], new RegExp(`^${finding?.path}: a file of 24 pages`))
  t.equal(again.sequences, 1)
  t.strictSame(linesOf(again.finding?.program ?? never), linesOf(finding?.program ?? never))
})

void test('a difference that others have is known, and the search goes on', async (t) => {
  const { bench } = await fakeBench('binds twice')
  const result = await search(bench, { ...common, seed: 1, runs: 60, claim: () => false })
  t.equal(result.sequences, 60)
  t.match(result, { finding: undefined, known: ['bind: errno: wanted EINVAL, found OK'] })
})

void test('a splat ends the search: the instance may be damaged', async (t) => {
  const { bench, kernel } = await fakeBench('splats')
  await t.rejects(search(bench, { ...common, seed: 1, runs: 300 }), { name: 'SplatSeen', message: /page fault/ })
  const { programs } = kernel
  t.ok(programs > 0)
})

void test('a search ends in time, and when the run is over', async (t) => {
  const { bench } = await fakeBench()
  const result = await search(bench, { ...common, seed: 1, runs: 1_000_000, milliseconds: 300 })
  t.ok(result.sequences > 0)
  const over = new AbortController()
  const ended = search(bench, { ...common, seed: 1, runs: 1_000_000, signal: over.signal })
  over.abort(new Error('over'))
  await t.rejects(ended, { message: 'over' })
})
