import { test } from 'tap'
import { nextStep, type Ends, type Mark, type Next } from '../../../../harness/campaigns/bisect/search.ts'

interface Search {
  readonly end: Next
  readonly tested: readonly number[]
}

/** Searches with a scripted kernel. */
function search(ends: Ends, markOf: (applied: number) => Mark): Search {
  const marks = new Map<number, Mark>()
  for (;;) {
    const next = nextStep(ends, marks)
    if (next.kind !== 'test') return { end: next, tested: [...marks.keys()] }
    if (marks.has(next.applied)) throw new Error(`${next.applied} is tested twice`)
    marks.set(next.applied, markOf(next.applied))
  }
}

void test('each first bad patch of each series is found, with few kernels', async (t) => {
  for (let patches = 1; patches <= 40; patches += 1) {
    for (let first = 1; first <= patches; first += 1) {
      const { end, tested } = search({ good: 0, bad: patches }, (applied) => (applied >= first ? 'bad' : 'good'))
      const wrong = end.kind !== 'found' || end.patch !== first
      const most = Math.ceil(Math.log2(patches)) + 1
      const [atEnd, ...others] = tested
      if (wrong || atEnd !== patches || others.length > most) {
        t.fail(`${first} of ${patches}: ${JSON.stringify(end)} after ${tested.join(' ')}`)
      }
    }
  }
})

void test('the number of kernels that may follow is told, and is true', async (t) => {
  const ends = { good: 0, bad: 22 }
  const marks = new Map<number, Mark>()
  const left: number[] = []
  for (let next = nextStep(ends, marks); next.kind === 'test'; next = nextStep(ends, marks)) {
    left.push(next.left)
    marks.set(next.applied, next.applied >= 11 ? 'bad' : 'good')
  }
  t.strictSame(left, [6, 5, 4, 3, 2, 1])
})

void test('a good end that is bad is noticed', async (t) => {
  const { end, tested } = search({ good: 4, bad: 12 }, () => 'bad')
  t.strictSame(end, { kind: 'good-is-bad' })
  t.strictSame(tested, [12, 8, 6, 5, 4])
})

void test('swapped ends are noticed after two kernels, and so is a bug that does not reproduce', async (t) => {
  const swapped = search({ good: 2, bad: 20 }, (applied) => (applied < 10 ? 'bad' : 'good'))
  t.strictSame(swapped, { end: { kind: 'swapped' }, tested: [20, 2] })
  const gone = search({ good: 2, bad: 20 }, () => 'good')
  t.strictSame(gone, { end: { kind: 'not-reproduced' }, tested: [20, 2] })
})

void test('a skipped kernel is replaced by its neighbour', async (t) => {
  const { end, tested } = search({ good: 0, bad: 8 }, (applied) =>
    applied === 4 ? 'skip' : applied >= 6 ? 'bad' : 'good',
  )
  t.strictSame(end, { kind: 'found', patch: 6 })
  t.strictSame(tested, [8, 4, 3, 5, 6])
})

void test('patches whose kernels cannot be told apart are all named', async (t) => {
  const { end } = search({ good: 0, bad: 10 }, (applied) => (applied >= 7 ? 'bad' : applied > 4 ? 'skip' : 'good'))
  t.strictSame(end, { kind: 'among', patches: [5, 6, 7] })
})

void test('an end without a result ends the search', async (t) => {
  t.strictSame(
    search({ good: 0, bad: 4 }, () => 'skip'),
    { end: { kind: 'end-skipped', applied: 4 }, tested: [4] },
  )
  const first = search({ good: 0, bad: 4 }, (applied) => (applied === 0 ? 'skip' : 'bad'))
  t.strictSame(first.end, { kind: 'end-skipped', applied: 0 })
})
