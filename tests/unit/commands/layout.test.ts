// Text for terminals of any width: never broken inside of a word, the next line under its column.
import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { columnsOf, helpText, tableRow, widthOf, wrapped } from '../../../harness/commands/layout.ts'
import { findExecutable } from '../../../harness/process/executable.ts'

for (const [text, width] of [
  ['', 0],
  ['plain', 5],
  ['\u001B[31mred\u001B[0m', 3],
  ['\u001B]8;;https://x\u0007link\u001B]8;;\u0007', 4],
  ['日本', 4],
  ['한글', 4],
  ['ｗｉｄｅ', 8],
  ['über', 4],
  ['u\u0308ber', 4],
  ['a\u200Bb', 2],
  ['🐧', 2],
  ['✓ ✗', 3],
] as const) {
  void test(`${JSON.stringify(text)} takes ${width} columns`, (t) => {
    t.equal(widthOf(text), width)
    t.end()
  })
}

void test('a row hangs under its column, or below its name where there is no room', (t) => {
  t.equal(tableRow('name', 6, 'one two three four', undefined), 'name    one two three four')
  t.equal(tableRow('name', 6, 'one two three four five six', 28), 'name    one two three four\n        five six')
  t.equal(
    tableRow('a-long-name', 11, 'one two three four five six', 24),
    'a-long-name\n    one two three four\n    five six',
  )
  t.equal(tableRow('日本', 6, 'text', 80), '日本    text')
  t.equal(
    tableRow('日本', 6, '日本語の説明文がとても長い場合です', 30),
    '日本    日本語の説明文がとても\n        長い場合です',
  )
  t.end()
})

void test('no line is longer than the width, unless it is one word; no word is lost or broken', (t) => {
  const words =
    'a bb ccc dddd eeeee ffffff ggggggg /a/very/long/path/that/has/no/blank/in/it --option=value 日本語 \u001B[1mbold\u001B[0m'
  for (let width = 20; width <= 120; width += 1) {
    for (const hang of [0, 4, 9]) {
      const text = wrapped(words, width, hang, hang)
      for (const line of text.split('\n')) t.ok(widthOf(line) <= width || !line.trim().includes(' '), line)
      t.equal(
        text
          .split(/\s+/)
          .join(' ')
          .replaceAll(/(?<=[日本]) (?=[本語])/g, ''),
        words,
      )
    }
  }
  t.end()
})

void test('the width is that of the terminal, or COLUMNS', (t) => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 90 })
  const pipe = new PassThrough()
  t.equal(columnsOf(terminal, {}), 90)
  t.equal(columnsOf(terminal, { COLUMNS: '40' }), 90)
  t.equal(columnsOf(Object.assign(new PassThrough(), { isTTY: true, columns: 0 }), { COLUMNS: '70' }), 70)
  t.equal(columnsOf(Object.assign(new PassThrough(), { isTTY: true, columns: 3 }), {}), 20)
  t.equal(columnsOf(pipe, { COLUMNS: '40' }), 40)
  for (const COLUMNS of ['', '0', '-1', 'wide', '1e3', '80 ', undefined])
    t.equal(columnsOf(pipe, { COLUMNS }), undefined)
  t.end()
})

const help = `A sentence that is written
on two lines.

Examples:
  gmemtest run          all scenarios on the kernel
  gmemtest run a b c    others
`

void test('help is left as it is for a pipe, and filled for a terminal', (t) => {
  t.equal(helpText(help, undefined), help)
  t.equal(
    helpText(help, 44),
    `A sentence that is written on two lines.

Examples:
  gmemtest run          all scenarios on the
                        kernel
  gmemtest run a b c    others
`,
  )
  t.end()
})

const verbs = [
  'run',
  'list',
  'build',
  'shell',
  'mutants',
  'coverage',
  'bisect',
  'walk',
  'fuzz',
  'parse',
  'cache',
  'kselftest',
  'series',
  'kernel',
  'doctor',
]

/** Words of the command lines in help texts, which are not broken. */
function isOneWord(line: string): boolean {
  return !line.trim().includes(' ')
}

for (const width of [40, 80, 200]) {
  for (const args of [
    ['--help'],
    ...verbs.map((verb) => [verb, '--help']),
    ['list'],
    ['list', '--kernels'],
    ['mutants', '--list'],
    ['doctor'],
  ]) {
    void test(`gmemtest ${args.join(' ')} fits into ${width} columns`, (t) => {
      const env = { ...process.env, COLUMNS: String(width) }
      const { stdout } = spawnSync(inProject('gmemtest'), args, { env, encoding: 'utf8' })
      t.match(stdout, /\w/)
      for (const line of stdout.split('\n')) t.ok(widthOf(line) <= width || isOneWord(line), line)
      t.end()
    })
  }
}

for (const verb of verbs) {
  void test(`the help of ${verb} is one table of examples, and whole sentences`, (t) => {
    const { stdout } = spawnSync(inProject('gmemtest'), [verb, '--help'], { encoding: 'utf8' })
    const examples = stdout.split('\n').filter((line) => line.startsWith('  gmemtest '))
    const columns = new Set(examples.map((line) => /^ {2}\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0].length))
    t.equal(columns.size, Math.min(1, examples.length), 'all descriptions, or none, in the same column')
    t.notMatch(stdout, /\(default: \[\]\)/)
    t.notMatch(stdout, /^\S.*:\n\S/m, 'a colon at the end of a line makes a heading of it')
    t.end()
  })
}

void test('a real terminal has its own width', { skip: findExecutable('script') === undefined }, (t) => {
  const command = `stty columns 64; '${inProject('gmemtest')}' list --kernels`
  const { stdout } = spawnSync('script', ['--quiet', '--command', command, '/dev/null'], { encoding: 'utf8' })
  const lines = stdout.split(/\r?\n/)
  t.ok(lines.length > 5, stdout)
  for (const line of lines) t.ok(widthOf(line) <= 64, line)
  const column = /^ {2}gmem-convert +/m.exec(stdout)?.[0].length ?? 0
  t.match(stdout, new RegExp(`\\n {${column}}\\w`), 'the next line hangs under its column')
  t.end()
})
