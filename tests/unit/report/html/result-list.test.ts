// The list of results: its size, and the values by which its items are found.
import { test } from 'tap'
import type { Result } from '../../../../harness/report/gather.ts'
import { entriesOf } from '../../../../harness/report/html/entries.ts'
import { markup, nothing } from '../../../../harness/report/html/markup.ts'
import { resultList } from '../../../../harness/report/html/result-list.ts'
import { diagnosticOf } from '../fixtures/story.ts'

function resultOf(name: string, rest: Partial<Result> = {}): Result {
  return { suite: 'scenarios', name, title: 't', verdict: 'PASS', milliseconds: 1, ...rest }
}

void test('details stop at the limit of the list, and each test keeps its line', (t) => {
  const failed = { verdict: 'FAIL', diagnostic: diagnosticOf('no') } as const
  const results = Array.from({ length: 500 }, (_, index) => resultOf(`t${index}`, failed))
  const page = markup`<pre>${'x'.repeat(20_000)}</pre>`
  const { source } = resultList(entriesOf(results), () => page)
  t.ok(source.length < 5_000_000, String(source.length))
  t.equal(source.match(/<li class="t red"/g)?.length, 500)
  t.ok((source.match(/results\.jsonl has them/g) ?? []).length > 100)
  t.end()
})

void test('names that differ in odd characters have places of their own', (t) => {
  const entries = entriesOf([resultOf('a/b'), resultOf('a"b'), resultOf('a b'), resultOf('kvm:x')])
  t.strictSame(
    entries.map(({ id }) => id),
    ['t-a_b', 't-a_b~2', 't-a_b~3', 't-kvm:x'],
  )
  t.end()
})

void test('a filter is there only when results differ by it', (t) => {
  const none = resultList(entriesOf([resultOf('a'), resultOf('b')]), () => nothing).source
  t.notMatch(none, '<select')
  const about = { rules: ['S-A9'], bugs: [], needs: ['hugetlb'], pools: ['2M'] }
  const two = resultList(
    entriesOf([resultOf('a', { about }), resultOf('b', { verdict: 'SKIP' })]),
    () => nothing,
  ).source
  t.match(two, /<select name="v">.*<select name="r">.*<select name="d">.*<select name="p">/)
  t.match(two, 'data-r="S-A9" data-d="c" data-p="2M"')
  t.notMatch(two, '<select name="b">')
  t.end()
})
