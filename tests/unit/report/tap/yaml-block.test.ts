// The YAML block of a test point: nothing is folded, and command lines can be copied.
import { test } from 'tap'
import { parse } from 'yaml'
import { yamlBlock } from '../../../../harness/report/tap/yaml-block.ts'

void test('command lines are on one line, as they are to be copied', (t) => {
  const path = `./a directory/${'long'.repeat(40)}/k.yaml`
  for (const again of [
    './gmemtest run --kernel gmem-convert pinned',
    `./gmemtest run --kernel '${path}' --isolation vm --accel tcg --scenarios ${'x '.repeat(60)}pinned`,
    "./gmemtest run --kernel 'a: b.yaml' '#x' pinned",
    `./gmemtest run --kernel '"a" \\ it'\\''s.yaml' pinned`,
    '- x',
  ]) {
    const lines = yamlBlock({ again, vmcore: `crash ${again}` }).split('\n')
    for (const command of [again, `crash ${again}`]) {
      const shown = lines.map((line) => line.replace(/^ {2}(again: |vmcore: | {2})/, ''))
      t.equal(shown.filter((line) => line === command).length, 1, command)
    }
  }
  t.end()
})

void test('any fields come back as they are, and each text without line feeds is one line', (t) => {
  const long = 'word '.repeat(100).trim()
  const fields = {
    problem: long,
    list: [long, '', ' x', '...', '---'],
    diff: '-a\n+b\n \n',
    found: { a: [1, null] },
    last: '\n',
  }
  const block = yamlBlock(fields)
  t.match(block, /^ {2}---\n[^]*\n {2}\.\.\.\n\n$/)
  t.strictSame(parse(block.replace(/^ {2}---\n/, '').replace(/ {2}\.\.\.\n\n$/, '')), fields)
  t.ok(block.split('\n').includes(`  problem: ${long}`))
  t.equal(yamlBlock({}), '')
  t.end()
})
