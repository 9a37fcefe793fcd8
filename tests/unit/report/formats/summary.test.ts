// The summary of a job in Markdown.
import { test } from 'tap'
import { written } from '../fixtures/written.ts'
import { storyOf } from '../fixtures/story.ts'

void test('the summary counts all, and has a row and the details of each failure', async (t) => {
  const text = await written('summary', storyOf(['f']))
  t.match(text, /^## gmemtest: scenarios on k /)
  t.match(text, /\*\*The run ended early:\*\* interrupted/)
  t.match(text, /\| 1 \| 1 \| 2 \| 1 \| 1 \|/)
  t.match(text, /\| FAIL \| b \| wanted 12288, found 0 \|/)
  t.match(text, /<details><summary>b<\/summary>\n\n<pre>[^]*again: \.\/gmemtest run a[^]*<\/pre>/)
  t.match(text, /&lt;x&gt; &amp;/)
})

void test('a run without a failure has no table of failures', async (t) => {
  const good = storyOf().filter((event) => event.type !== 'test-finished' || event.verdict === 'PASS')
  const begin = good.map((event) => (event.type === 'run-started' ? { ...event, tests: ['a'] } : event))
  t.notMatch(await written('summary', begin), /reason/)
})
