// What a run says of each rule and of each bug.
import { test } from 'tap'
import type { Result } from '../../../../harness/report/gather.ts'
import { bugTable, ruleTable } from '../../../../harness/report/html/catalogue-tables.ts'
import { entriesOf } from '../../../../harness/report/html/entries.ts'

function resultOf(name: string, verdict: Result['verdict'], suite: string = 'scenarios'): Result {
  const about = { rules: ['S-A9'], bugs: ['A-21'], needs: [], pools: [] }
  return { suite, name, title: '', verdict, milliseconds: 1, about }
}

function row(table: string, id: string): string {
  return table.split('\n').find((line) => line.includes(`id="${id}"`)) ?? ''
}

void test('a rule has its counts, its value in the dialect, or the reason for which it is absent', (t) => {
  const entries = entriesOf([resultOf('a', 'PASS'), resultOf('b', 'FAIL'), resultOf('c', 'SKIP')])
  const { source } = ruleTable(entries, 'gmem-attributes-v1')
  t.match(row(source, 'rule-S-A9'), /class="bad".*1 failed, 1 skipped, 1 passed<\/a><br><a href="#t-b">b<\/a>/)
  t.match(row(source, 'rule-2.2-zero-size'), /Here: EINVAL\..*no test of this run/)
  t.match(row(source, 'rule-S-A36'), /class="unseen".*absent in gmem-attributes: no files of huge pages/)
  t.match(row(source, 'rule-S-A40'), 'the instance has one NUMA node')
  const { about: _about, ...early } = resultOf('a', 'PASS')
  t.match(row(ruleTable(entriesOf([early]), 'convert-ioctl').source, 'rule-S-A1'), 'not recorded in these results')
  t.end()
})

void test('only a FAIL says that a bug may be there', (t) => {
  const said = (...verdicts: readonly Result['verdict'][]): string =>
    row(
      bugTable(entriesOf(verdicts.map((verdict, index) => resultOf(`t${index}`, verdict))), 'convert-ioctl').source,
      'bug-A-21',
    )
  t.match(said('PASS', 'FAIL'), 'may be there')
  t.match(said('PASS', 'SKIP'), 'not seen')
  t.match(said('SKIP', 'ERROR', 'MISS'), 'not looked for')
  t.match(row(bugTable([], 'convert-ioctl').source, 'bug-B-1'), 'a bug of gmem-attributes')
  t.end()
})

void test('a result of a campaign is a kernel with the bug', (t) => {
  const entries = entriesOf([resultOf('m', 'PASS', 'mutants'), resultOf('n', 'FAIL', 'mutants')])
  t.match(row(bugTable(entries, undefined).source, 'bug-A-21'), '1 of 2 mutants detected')
  t.end()
})
