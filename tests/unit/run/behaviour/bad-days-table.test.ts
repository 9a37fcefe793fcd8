// The table of bad days names tests that are there, and none of those that are made for it is missing.
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

void test('docs/bad-days.md is about the tests that there are', async (t) => {
  const table = await readFile(inProject('docs/bad-days.md'), 'utf8')
  const named = new Set(table.match(/tests\/[\w/.-]+\.test\.ts/g))
  for (const file of named) t.ok(existsSync(inProject(file)), file)
  const made = (await readdir(inProject('tests/vm/bad-days'))).map((name) => `tests/vm/bad-days/${name}`)
  for (const file of made) t.ok(named.has(file), `the table names ${file}`)
})
