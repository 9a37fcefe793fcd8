import { test } from 'tap'
import { bisectLog } from '../../../../harness/campaigns/bisect/bisect-log.ts'

const states = [
  { id: 'source', subject: 'the source' },
  { id: 'aaaa', subject: 'first' },
  { id: 'bbbb', subject: 'second' },
]

void test('the log has the form of git bisect log', async (t) => {
  const steps = [
    { applied: 2, mark: 'bad', message: 'wanted 1' },
    { applied: 1, mark: 'good', message: 'passed' },
  ] as const
  t.equal(
    bisectLog(steps, states, { kind: 'found', patch: 2 }),
    [
      'git bisect start',
      '# bad: [bbbb] second',
      '#   with 2 of 2 patches: wanted 1',
      'git bisect bad bbbb',
      '# good: [aaaa] first',
      '#   with 1 of 2 patches: passed',
      'git bisect good aaaa',
      '# first bad commit: [bbbb] second',
      '',
    ].join('\n'),
  )
})

void test('patches that cannot be told apart are possible first bad commits', async (t) => {
  const text = bisectLog([], states, { kind: 'among', patches: [1, 2] })
  t.match(text, /only skipped commits left[^]*possible first bad commit: \[aaaa\] first\n.*\[bbbb\] second/)
  t.equal(bisectLog([], states, undefined), 'git bisect start\n')
})

void test('a message of several lines stays a comment', async (t) => {
  const text = bisectLog([{ applied: 1, mark: 'skip', message: 'one\ntwo' }], states, undefined)
  t.notMatch(text, /^two/m)
})
