import { test } from 'tap'
import { withWholeEnd } from '../../../../harness/kernel/series/trimmed-end.ts'

const head = 'diff --git a/f b/f\n--- a/f\n+++ b/f\n'
/** Three context lines in front of the change, and three behind it, two of which are blank. */
const hunk = '@@ -1,7 +1,7 @@\n one\n two\n three\n-old\n+new\n four\n \n \n'

function diffOf(text: string): string | undefined {
  const whole = withWholeEnd(text)
  return 'diff' in whole ? whole.diff : undefined
}

function faultOf(text: string): string | undefined {
  const whole = withWholeEnd(text)
  return 'fault' in whole ? whole.fault.what : undefined
}

void test('a diff with all of its lines stays as it is', (t) => {
  for (const text of [`${head}${hunk}`, `${head}${hunk}-- \n2.50.0\n\n`, 'no diff\n', '']) t.equal(diffOf(text), text)
  t.end()
})

void test('blank context lines that the header counts are put back', (t) => {
  t.equal(diffOf(`${head}${hunk.slice(0, -2)}`), `${head}${hunk}`, 'one')
  t.equal(diffOf(`${head}${hunk.slice(0, -4)}`), `${head}${hunk}`, 'two')
  t.equal(diffOf(`${head}${hunk.slice(0, -5)}`), `${head}${hunk}`, 'two, and the end of the last line')
  const two = `${head}${hunk}@@ -20,4 +20,5 @@\n a\n+b\n \n \n`
  t.equal(diffOf(`${two} \n`), `${two} \n`)
  t.equal(diffOf(two), `${two} \n`, 'of the last hunk')
  t.end()
})

void test('lines that are no trimmed context are a fault', (t) => {
  const cut = `${head}@@ -1,7 +1,7 @@\n one\n two\n three\n-old\n`
  t.equal(faultOf(cut), 'its last hunk lacks lines: 3 of the old file, 4 of the new one')
  t.equal(faultOf(`${head}@@ -1,7 +1,8 @@\n one\n two\n+new\n`), 'its last hunk lacks 5 context lines')
  t.end()
})
