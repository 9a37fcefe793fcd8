// Every row of the table has a log in golden/; golden/expected.yaml lists the splats in it.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { parse } from 'yaml'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { patterns } from '../../../../harness/console/pattern-table.ts'
import { inProject } from '../../../../harness/base/paths.ts'
import { goldenLines, summary, type Summary } from '../fixtures/golden.ts'

const directory = path.join(import.meta.dirname, '../golden')
const expected: Readonly<Record<string, readonly Summary[]>> = parse(
  readFileSync(path.join(directory, 'expected.yaml'), 'utf8'),
)
const logs = readdirSync(directory)
  .filter((file) => file.endsWith('.log'))
  .map((file) => path.basename(file, '.log'))

void test('every row has a log, and every log has expected splats', (t) => {
  const rows = patterns.map(({ name }) => name).toSorted()
  t.strictSame(
    rows.filter((name) => !logs.includes(name)),
    [],
  )
  t.strictSame(Object.keys(expected).toSorted(), logs.toSorted())
  t.equal(new Set(rows).size, rows.length, 'no name twice')
  t.end()
})

void test('docs/health.md has every kind', (t) => {
  const docs = readFileSync(inProject('docs/health.md'), 'utf8')
  for (const kind of new Set(patterns.map((pattern) => pattern.kind))) t.ok(docs.includes(`\`${kind}\``), kind)
  t.end()
})

for (const name of logs) {
  void test(`golden: ${name}`, (t) => {
    const found = findSplats(goldenLines(name), { isRunning: false })
    t.strictSame(found.map(summary), expected[name])
    const row = patterns.find((pattern) => pattern.name === name)
    if (row !== undefined) t.equal(found[0]?.kind, row.kind)
    t.end()
  })
}
