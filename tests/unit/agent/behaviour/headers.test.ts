import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { generateHeaders } from '../../../../guest-images/agent/generate-headers.ts'
import { operations } from '../../../../harness/agent/wire/operations.ts'
import { inProject } from '../../../../harness/base/paths.ts'

void test('the headers of the agent are those that the table generates', async (t) => {
  for (const [name, text] of Object.entries(generateHeaders())) {
    const committed = await readFile(path.join(inProject('guest-images/agent'), name), 'utf8')
    t.equal(committed, text, `${name} is fresh; if not: make -C guest-images/agent headers`)
    t.notOk(
      committed.split('\n').some((line) => line.replaceAll('\t', ' '.repeat(8)).length > 80),
      name,
    )
  }
})

void test('operations have different numbers, none is 0', (t) => {
  const numbers = Object.values(operations).map(({ number }) => number)
  t.equal(new Set(numbers).size, numbers.length)
  t.notOk(numbers.some((number) => number <= 0 || number > 0xffff))
  t.end()
})
