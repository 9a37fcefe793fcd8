// KTAP differs from TAP 14 in its head, its indentation, its directives and the place of diagnostics.
import { test } from 'tap'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { openFormat, written } from '../fixtures/written.ts'
import { storyOf } from '../fixtures/story.ts'

void test('diagnostics come before their result, and directives have the words of KTAP', async (t) => {
  const ktap = await written('ktap', storyOf(['f']))
  t.match(ktap, /^KTAP version 1\n1\.\.6\nok 1 a\n# verdict|^KTAP version 1\n1\.\.6\nok 1 a\n# at: /)
  t.match(ktap, /\n# again: \.\/gmemtest run a\n[^]*not ok 2 b\n/)
  t.match(ktap, /\nnot ok 3 c # ERROR\n/)
  t.match(ktap, /\nnot ok 4 d # ERROR not run\n/)
  t.match(ktap, /\nok 5 e # SKIP the kernel lacks _1\n/)
  t.match(ktap, /\nnot ok 6 f # ERROR not run\n# the run ended early: interrupted\n$/)
})

void test('a result is written at once', async (t) => {
  const { sink, text } = await openFormat('ktap')
  for (const event of storyOf().slice(0, 5)) await sink.write(event)
  t.equal(text(), 'KTAP version 1\n1..5\nok 1 a\n')
})

void test('the points of a program are a subtest, with one for the program when only it failed', async (t) => {
  const [begin] = storyOf()
  if (begin?.type !== 'run-started') throw new Error('a story has a beginning')
  const points = [
    { ok: true, name: 'x#1' },
    { ok: false, name: 'kvm:p', directive: 'TODO', reason: 'known' },
  ] as const
  const program: ReportEvent = {
    type: 'test-finished',
    suite: 'kselftest',
    name: 'kvm:p',
    title: '',
    verdict: 'FAIL',
    milliseconds: 1,
    points,
  }
  t.match(
    await written('ktap', [{ ...begin, tests: ['kvm:p'] }, program]),
    '  KTAP version 1\n  # Subtest: kvm:p\n  1..3\n  ok 1 x_1\n  ok 2 kvm:p_ # XFAIL known\n  not ok 3 the program itself\n',
  )
})
