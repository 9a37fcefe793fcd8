// Where results go: a new directory each time, or the one that was asked for.
import { lstat, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { vmcoreName } from '../../../harness/base/result-names.ts'
import { makeResultsDirectory, writeProvenance } from '../../../harness/report/results-directory.ts'
import { lineOf } from '../../../harness/report/jsonl.ts'

const now = new Date('2026-11-23T19:05:01.234Z')

void test('two runs in the same second get two directories, and latest is the second', async (t) => {
  const before = process.cwd()
  process.chdir(t.testdir())
  t.teardown(() => process.chdir(before))
  const first = await makeResultsDirectory({ output: undefined, kernel: 'k', now })
  const second = await makeResultsDirectory({ output: undefined, kernel: 'k', now })
  t.equal(path.basename(first), '2026-11-23T190501Z-k')
  t.equal(path.basename(second), '2026-11-23T190501Z-k-2')
  t.equal(await readlink('results/latest'), '2026-11-23T190501Z-k-2')
})

void test('a run that is refused leaves no directory, and latest as it was', async (t) => {
  const before = process.cwd()
  process.chdir(t.testdir())
  t.teardown(() => process.chdir(before))
  await makeResultsDirectory({ output: undefined, kernel: 'first', now })
  await t.rejects(makeResultsDirectory({ output: undefined, kernel: 'second', now, free: nearlyFull }), {
    code: 'NO_SPACE',
  })
  t.strictSame(await readdir('results'), ['2026-11-23T190501Z-first', 'latest'])
  t.equal(await readlink('results/latest'), '2026-11-23T190501Z-first')
})

void test('a latest that is no link is left alone, and said', async (t) => {
  const before = process.cwd()
  process.chdir(t.testdir({ results: { latest: { 'results.tap': 'mine' } } }))
  t.teardown(() => process.chdir(before))
  await t.rejects(makeResultsDirectory({ output: undefined, kernel: 'k', now }), {
    code: 'RESULTS_UNWRITABLE',
    message: /^cannot write the link \/.*results\/latest: /,
    hint: /^remove \/.*results\/latest, or: --output DIR/,
  })
  t.strictSame(await readdir('results'), ['latest'])
})

const started = lineOf({
  type: 'run-started',
  time: now.toISOString(),
  kernel: 'k',
  version: 2,
  dialect: 'convert-ioctl',
  suite: 'scenarios',
  tests: ['a'],
  isolation: 'vm',
})
const mutantsStarted = lineOf({
  type: 'mutants-started',
  time: now.toISOString(),
  version: 2,
  kernel: 'k',
  mutants: ['m'],
})
const old = { 'results.tap': '', 'provenance.json': '{}', 'console.log': '', 'console-12.log': '' }

void test('a directory that was asked for loses old results and nothing else', async (t) => {
  const mine = {
    'console-serial.log': 'mine',
    'console-control.log': 'mine',
    'console-2-b.log': 'mine',
    'notes.txt': 'mine',
  }
  // A run on a full disk leaves an empty one.
  for (const events of [`${started}\n{"ty`, '', started.slice(0, 30), '{"ti']) {
    const output = t.testdir({ ...old, ...mine, 'results.jsonl': events })
    t.equal(await makeResultsDirectory({ output, kernel: 'k', now }), output)
    t.strictSame((await readdir(output)).toSorted(), Object.keys(mine).toSorted())
  }
})

void test('the dump of a selftest whose target is a path is a file of the directory', async (t) => {
  const name = vmcoreName('net/forwarding:router_test')
  t.equal(name, 'vmcore-net-forwarding:router_test')
  const events = JSON.stringify({ ...JSON.parse(started), tests: ['net/forwarding:router_test'] })
  const output = t.testdir({ [name]: '', 'results.jsonl': `${events}\n` })
  await makeResultsDirectory({ output, kernel: 'k', now })
  t.strictSame(await readdir(output), [])
})

void test('dumps are old results if the earlier run says that it ran their scenarios', async (t) => {
  const output = t.testdir({ 'vmcore-a': '', 'vmcore-b': 'mine', 'vmcore-keep': '', 'results.jsonl': `${started}\n` })
  await makeResultsDirectory({ output, kernel: 'k', now })
  t.strictSame(await readdir(output), ['vmcore-b'])
})

void test('consoles of mutants are old results if the earlier run says that it tried them', async (t) => {
  const theirs = { 'console-m.log': '', 'console-m-2.log': '', 'console-control.log': '' }
  const mine = ['console-m-x.log', 'console-n.log', 'console.log']
  const others = Object.fromEntries(mine.map((name) => [name, 'mine']))
  const output = t.testdir({ ...theirs, ...others, 'results.jsonl': `${mutantsStarted}\n` })
  await makeResultsDirectory({ output, kernel: 'k', now })
  t.strictSame((await readdir(output)).toSorted(), mine)
})

void test('a directory whose files a run would overwrite, and which has no events of ours, is refused', async (t) => {
  const foreign = [
    ...['{"type": "other"}\n', 'null\n', 'no JSON\n'].map((events) => ({ 'results.jsonl': events })),
    ...Object.keys(old).map((name) => ({ [name]: 'mine' })),
    { 'results.jsonl': 'mine', ...old },
    { consoles: { mine: '' } },
  ]
  for (const files of foreign) {
    const output = t.testdir(files)
    const [name = ''] = Object.keys(files)
    await t.rejects(makeResultsDirectory({ output, kernel: 'k', now }), {
      code: 'RESULTS_FOREIGN',
      fault: 'usage',
      message: new RegExp(`^${output} has a `),
      hint: /^move \S+ away; --output DIR/,
    })
    t.strictSame((await readdir(output)).toSorted(), Object.keys(files).toSorted(), name)
  }
})

void test('a directory with other files is taken as it is', async (t) => {
  const files = { 'notes.txt': 'mine', 'console-serial.log': 'mine', 'vmcore-a': 'mine', 'my-results.tap': 'mine' }
  const output = t.testdir(files)
  await makeResultsDirectory({ output, kernel: 'k', now })
  t.strictSame((await readdir(output)).toSorted(), Object.keys(files).toSorted())
})

void test('a run that is refused for lack of space costs no earlier results', async (t) => {
  const files = { ...old, 'results.jsonl': `${started}\n` }
  const output = t.testdir(files)
  await t.rejects(makeResultsDirectory({ output, kernel: 'k', now, free: nearlyFull }), { code: 'NO_SPACE' })
  t.strictSame((await readdir(output)).toSorted(), Object.keys(files).toSorted())
})

void test('earlier results that cannot be told from others are an error with the next step', async (t) => {
  const output = t.testdir({ 'results.jsonl': {} })
  await t.rejects(makeResultsDirectory({ output, kernel: 'k', now }), {
    code: 'RESULTS_UNWRITABLE',
    hint: /--output/,
  })
})

void test('a place that cannot be is an error with the next step', async (t) => {
  const output = path.join(t.testdir({ file: '' }), 'file', 'below')
  await t.rejects(makeResultsDirectory({ output, kernel: 'k', now }), {
    code: 'RESULTS_UNWRITABLE',
    hint: /--output/,
  })
})

async function nearlyFull(): Promise<number> {
  return 3.9 * 2 ** 20
}

void test('a disk that is full before the run begins is said so, not taken for a silent kernel', async (t) => {
  const output = t.testdir()
  await t.rejects(makeResultsDirectory({ output, kernel: 'k', now, free: nearlyFull }), {
    code: 'NO_SPACE',
    fault: 'infra',
    message: `results need 16 MiB in ${output}, 3 MiB are free`,
    hint: /--output/,
  })
})

void test('a record that finds the disk full', async (t) => {
  const directory = t.testdir({ 'provenance.json.new': t.fixture('symlink', '/dev/full') })
  await t.rejects(writeProvenance(directory, {}), {
    code: 'NO_SPACE',
    message: `no space left in ${directory}`,
  })
})

void test('a record that cannot be written is the fault of this computer', async (t) => {
  const directory = path.join(t.testdir(), 'gone')
  await t.rejects(writeProvenance(directory, {}), { code: 'RESULTS_UNWRITABLE', hint: /--output/ })
})

void test('the record is replaced as a whole', async (t) => {
  const directory = t.testdir({ 'provenance.json': 'old' })
  await writeProvenance(directory, { a: 1 })
  t.strictSame(JSON.parse(await readFile(path.join(directory, 'provenance.json'), 'utf8')), { a: 1 })
  await t.rejects(lstat(path.join(directory, 'provenance.json.new')))
  await writeFile(path.join(directory, 'provenance.json'), '')
})
