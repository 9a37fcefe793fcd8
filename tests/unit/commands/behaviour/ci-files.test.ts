// The files in docs/ci/ call gmemtest with verbs and options that exist, so that they cannot rot.
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { inProject } from '../../../../harness/base/paths.ts'

const files = globSync('**/*', { cwd: inProject('docs/ci'), withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(inProject('docs/ci'), path.join(entry.parentPath, entry.name)))
const textOf = (file: string): string => readFileSync(inProject('docs/ci', file), 'utf8').replaceAll(/\\\n\s*/g, ' ')

const helps = new Map<string, string>()
function helpOf(...verb: readonly string[]): string {
  const key = verb.join(' ')
  const known = helps.get(key)
  if (known !== undefined) return known
  const args = [inProject('harness/cli.ts'), ...verb, '--help']
  const help = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, COLUMNS: '2000' } })
  helps.set(key, help)
  return help
}

/** The words that follow gmemtest, up to the end of the command. */
function callsIn(text: string): string[][] {
  const calls = text.matchAll(/(?:^|[\s/('"[])gmemtest ((?:cache )?[a-z][a-z ]*[^\n|;&<>)]*)/gm)
  const inLists = text.matchAll(/^CMD (\[.*\])$/gm)
  return [
    ...Array.from(calls, ([, words = '']) => words.replaceAll(/["'`]/g, '').split(/\s+/)),
    ...Array.from(inLists, ([, list = '']) => {
      const words: unknown = JSON.parse(list)
      return Array.isArray(words) ? words.map(String) : []
    }),
  ]
}

const verbs = new Set(Array.from(helpOf().matchAll(/^ {2}(\w+) {2,}/gm), ([, verb = '']) => verb))
const engines = ['Containerfile', 'README.md', 'github-actions.yml', 'gitlab-ci.yml', 'kubernetes.yaml']

void test('there is a file for each engine', async (t) => {
  t.strictSame(files.filter((file) => !file.includes('/')).toSorted(), engines)
  t.ok(verbs.has('merge') && verbs.has('cache'))
})

for (const file of files) {
  void test(`${file} calls gmemtest with what exists`, async (t) => {
    const calls = callsIn(textOf(file)).filter(([verb = '']) => /^[a-z]+$/.test(verb) && verbs.has(verb))
    for (const [verb = '', ...words] of calls) {
      const part = verb === 'cache' ? words.slice(0, 1) : []
      const help = helpOf(verb, ...part)
      for (const word of words.filter((one) => /^--?[a-z]/.test(one))) {
        t.ok(new RegExp(String.raw`(?<![\w-])${word.split('=')[0]}(?![\w-])`).test(help), `${verb} has ${word}`)
      }
      const formats = words.flatMap((word, index) =>
        words[index - 1] === '--report' ? [word.split(':')[0] ?? ''] : [],
      )
      for (const format of formats) t.ok(help.includes(` ${format}`), `there is the report ${format}`)
    }
    const later = textOf(file).matchAll(/(?:set --|=\()\s*(--[a-z-]+)/g)
    for (const [, option = ''] of later)
      t.ok(`${helpOf('merge')}${helpOf('run')}`.includes(option), `merge or run has ${option}`)
  })
}

/** The engines, by file or folder, with a call that matches. */
function enginesThatCall(pattern: RegExp): string[] {
  const found = files.filter((file) => callsIn(textOf(file)).some((words) => pattern.test(words.join(' '))))
  return [...new Set(found.map((file) => file.split('/')[0] ?? ''))].filter((name) => name !== 'README.md').toSorted()
}

void test('each engine that has earlier results runs a new failure again', (t) => {
  for (const file of [
    'github-actions.yml',
    'gitlab-ci.yml',
    'kubernetes.yaml',
    'slurm/shard.sbatch',
    'systemd/nightly.sh',
  ]) {
    t.match(textOf(file), /--baseline \S+ --retry-new 3/, file)
  }
  t.end()
})

void test('each engine runs a shard or the whole suite, and the ones with shards merge them', async (t) => {
  const sharded = ['github-actions.yml', 'gitlab-ci.yml', 'kubernetes.yaml', 'slurm']
  t.strictSame(enginesThatCall(/^run .*--shard/), sharded)
  t.strictSame(enginesThatCall(/^merge .*--output/), sharded)
  t.strictSame(enginesThatCall(/^run /), ['Containerfile', ...sharded, 'systemd'])
})

for (const file of files.filter((name) => /\.ya?ml$/.test(name))) {
  void test(`${file} is YAML`, async (t) => {
    for (const document of parseAllDocuments(readFileSync(inProject('docs/ci', file), 'utf8'))) {
      t.strictSame(
        [...('errors' in document ? document.errors : []), ...('warnings' in document ? document.warnings : [])],
        [],
      )
    }
  })
}

void test('the shell scripts have no fault that shellcheck knows', async (t) => {
  const scripts = files.filter((file) => /\.(?:sh|sbatch)$/.test(file)).map((file) => inProject('docs/ci', file))
  t.equal(scripts.length, 4)
  t.equal(execFileSync('shellcheck', ['--shell=sh', ...scripts], { encoding: 'utf8' }), '')
})

void test('all parts of an engine have the same number of shards', async (t) => {
  const kubernetes = textOf('kubernetes.yaml')
  t.match(kubernetes, /completions: 4\n {2}parallelism: 4\n/)
  t.match(kubernetes, /\+ 1\)\)\/4"/)
  t.match(kubernetes, /for i in 0 1 2 3; do/)
  t.match(kubernetes, /shard-0 shard-1 shard-2 shard-3 \|\|/)
})
