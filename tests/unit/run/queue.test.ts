// The order of tests: the order of the plan, or the longest first.
import { test } from 'tap'
import { bytes } from '../../../harness/base/units.ts'
import { planBoots } from '../../../harness/run/boot-plan.ts'
import { entriesOf, longestFirst, Queue, type Entry } from '../../../harness/run/queue.ts'
import { plainProfile } from '../../../harness/vm/profile.ts'
import { fine, named } from '../fixtures/run/run.ts'

const scenarios = ['a', 'b', 'c', 'd'].map((name) => named(name, fine))
const pooled = named('pooled', fine, [], { pools: { '2M': 1 } })
const entries = entriesOf(planBoots([...scenarios, pooled], bytes(2 ** 40))).planned
const anyone = (): boolean => false
const isPooled = ({ profile }: Entry): boolean => profile !== plainProfile

function names(list: readonly Entry[]): string[] {
  return list.map(({ test: each }) => each.name)
}

function drain(queue: Queue, isPreferred: (entry: Entry) => boolean): string[] {
  const taken: Entry[] = []
  for (let entry = queue.take(isPreferred); entry !== undefined; entry = queue.take(isPreferred)) {
    taken.push(entry)
  }
  return names(taken)
}

void test('entries are numbered through all groups of a plan', (t) => {
  t.strictSame(names(entries), ['a', 'b', 'c', 'd', 'pooled'])
  t.strictSame(
    entries.map(({ place }) => place),
    [0, 1, 2, 3, 4],
  )
  t.end()
})

void test('the longest comes first, and before it the new tests, by their deadlines', (t) => {
  const durations = new Map([
    ['a', 10],
    ['c', 300],
    ['pooled', 300],
  ])
  t.strictSame(names(longestFirst(entries, durations)), ['b', 'd', 'c', 'pooled', 'a'])
  const [first, ...others] = entries
  const slow = first === undefined ? [] : [{ ...first, test: { ...first.test, seconds: 60 } }]
  t.strictSame(names(longestFirst([...others, ...slow], new Map())), ['a', 'b', 'c', 'd', 'pooled'])
  t.strictSame(names(longestFirst(entries, new Map())), names(entries))
  t.end()
})

void test('a preference is heard unless the order is strict', (t) => {
  t.strictSame(drain(new Queue(entries, { strict: false }), anyone), ['a', 'b', 'c', 'd', 'pooled'])
  t.strictSame(drain(new Queue(entries, { strict: false }), isPooled), ['pooled', 'a', 'b', 'c', 'd'])
  t.strictSame(drain(new Queue(entries, { strict: true }), isPooled), ['a', 'b', 'c', 'd', 'pooled'])
  t.end()
})

void test('finding an entry does not take it', (t) => {
  const queue = new Queue(entries, { strict: false })
  t.equal(queue.find(isPooled)?.test.name, 'pooled')
  t.equal(queue.take(isPooled)?.test.name, 'pooled')
  t.equal(queue.find(isPooled), undefined)
  t.end()
})

void test('tests that this computer cannot boot come after all others', (t) => {
  const { planned, refused } = entriesOf(planBoots([pooled, ...scenarios], bytes(2 ** 30)))
  t.strictSame(names(planned), ['a', 'b', 'c', 'd'])
  t.match(refused, [{ place: 4, test: { name: 'pooled' }, refusal: { code: 'POOLS_TOO_LARGE' } }])
  t.end()
})
