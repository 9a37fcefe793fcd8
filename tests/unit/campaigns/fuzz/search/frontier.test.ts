// A search that goes on from the programs that were the first to reach some code of the kernel.
import { test } from 'tap'
import { linesOf, type Program } from '../../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { parseProgram } from '../../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { Frontier } from '../../../../../harness/campaigns/fuzz/search/frontier.ts'
import { search } from '../../../../../harness/campaigns/fuzz/search/search-sequences.ts'
import { fakeBench } from '../fixtures/fake-bench.ts'
import type { Bug } from '../fixtures/fake-bug.ts'

const beginning = 'version: 1\npageSize: 4K\npages: 24\ninitially: shared\ngap: 0\nsteps:\n'
const programOf = (...steps: readonly string[]): Program =>
  parseProgram('p.yaml', beginning + steps.map((step) => `  - { ${step} }\n`).join(''))
const textsOf = ({ steps }: Program): string[] => steps.map(({ text }) => text)

async function steered(frontier: Frontier | undefined, runs: number, bug?: Bug) {
  const { bench, kernel } = await fakeBench(bug)
  const programs: Program[] = []
  const result = await search(bench, {
    pageSize: '4K',
    claim: () => true,
    signal: new AbortController().signal,
    seed: 1,
    runs,
    frontier,
    onProgram: (program) => void programs.push(program),
  })
  return { ...result, programs, looks: kernel.looks }
}

void test('programs that reach new code are kept, and sequences go on from them', async (t) => {
  const saved: Program[] = []
  const frontier = new Frontier([], async (program) => void saved.push(program))
  const { finding, programs, sequences } = await steered(frontier, 200)
  t.equal(finding, undefined)
  t.strictSame(saved, frontier.kept)
  t.equal(sequences, 200)
  t.ok(frontier.blocks > 10, `${frontier.blocks} blocks`)
  t.ok(frontier.kept.length > 3 && frontier.kept.length < 100, `${frontier.kept.length} programs`)
  t.strictSame(frontier.keptOf('2M'), [])
  const goOn = programs.filter((program) =>
    frontier.kept.some(
      (kept) =>
        kept !== program &&
        kept.steps.length > 2 &&
        textsOf(program).join().startsWith(textsOf(kept).slice(0, 3).join()),
    ),
  )
  t.ok(goOn.length > 10, `${goOn.length} of 200 go on from a program that was kept`)
})

void test('the kernel is asked for its code only when that steers', async (t) => {
  t.equal((await steered(undefined, 20)).looks, 0)
  t.equal((await steered(new Frontier(), 20)).looks, 21)
})

void test('programs of earlier campaigns come first, once, if they are possible', async (t) => {
  const [good, impossible] = [programOf('do: dup'), programOf('do: close', 'do: close')]
  const frontier = new Frontier([good, impossible, programOf('do: dup')])
  const { programs } = await steered(frontier, 10)
  t.strictSame(programs.slice(0, 2).map(textsOf), [textsOf(good), textsOf(good)])
  t.equal(programs.length, 12)
  t.equal(frontier.kept[0], good)
  t.strictSame(frontier.takeEarlier('4K'), [])
})

void test('a difference of such a program is a finding, and is made smaller', async (t) => {
  const pin = 'do: pin, first: 3, count: 1, method: vmsplice'
  const earlier = programOf('do: dup', pin, 'do: convert, to: private, offset: 0, size: 98304', 'do: blocks')
  const { finding, sequences } = await steered(new Frontier([earlier]), 10, 'ignores pins')
  t.match(finding, { isConfirmed: true, before: 4 })
  t.equal(finding?.program.steps.length, 2)
  t.equal(sequences, 1)
})

void test('a sequence that goes on from a program is shrunk like another', async (t) => {
  for (const bug of ['binds twice', 'a hole keeps its last page'] as const) {
    const { finding } = await steered(new Frontier([programOf('do: dup', 'do: blocks')]), 500, bug)
    t.match(finding, { isConfirmed: true })
    t.ok((finding?.program.steps.length ?? 99) <= 3, linesOf(finding?.program ?? programOf()).join('; '))
  }
})
