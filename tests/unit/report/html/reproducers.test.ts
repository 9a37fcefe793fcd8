// The C programs of failed tests in the HTML report.
import { test } from 'tap'
import type { Result } from '../../../../harness/report/gather.ts'
import { reproducerPart, reproducersOf } from '../../../../harness/report/html/reproducers.ts'
import { diagnosticOf } from '../fixtures/story.ts'

function failedTest(name: string, rest: Partial<Result> = {}): Result {
  const diagnostic = { ...diagnosticOf('no'), program: `program-${name}.json` }
  return { suite: 'scenarios', name, title: '', verdict: 'FAIL', milliseconds: 1, diagnostic, ...rest }
}

void test('the programs of failures are made, those first that make the run fail', async (t) => {
  const asked: string[] = []
  const results = [failedTest('old', { change: 'known' }), failedTest('new'), failedTest('gone')]
  const made = await reproducersOf(results, async (program) => {
    asked.push(program)
    return program.includes('gone') ? undefined : { source: `/* ${program} */\n` }
  })
  t.strictSame(asked, ['program-new.json', 'program-gone.json', 'program-old.json'])
  t.strictSame([...made.keys()], ['new', 'old'])
})

void test('a report has twenty programs at most, and none if nothing makes them', async (t) => {
  const results = Array.from({ length: 30 }, (_, place) => failedTest(`t${place}`))
  t.equal((await reproducersOf(results, async () => ({ source: '' }))).size, 20)
  t.equal((await reproducersOf(results, undefined)).size, 0)
})

void test('a program is escaped, and a refusal is a sentence', (t) => {
  const { source } = reproducerPart('a/b"c', { source: 'int x = 1 < 2;\n' })
  t.match(source, '<summary>a_b_c.c, 1 line: it needs only gcc and /dev/kvm</summary><pre>int x = 1 &lt; 2;\n</pre>')
  t.match(source, 'hidden data-file="a_b_c.c"')
  t.equal(
    reproducerPart('a', { refused: 'operation 3 <forks>' }).source,
    '<p>There is none: operation 3 &lt;forks&gt;.</p>',
  )
  t.end()
})
