// gmemtest itself is killed, in each phase of a run: nothing of it disturbs the next one, or is there after it.
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { run } from '../../../harness/process/run-program.ts'
import { cacheDirectory, inProject } from '../../../harness/base/paths.ts'
import { gmemtest, gmemtestWith, qemusWith, until } from '../fixtures/command.ts'

const limits = { signal: new AbortController().signal, timeout: 10_000 }

/** Of the cache of this computer: kernels, and what they are made of. The rest is made in seconds. */
const lent = ['compiler.json', 'definitions', 'kernels', 'sources', 'trees']

interface Place {
  /** Where the results go. */
  readonly output: string
  readonly cache: string
}

/** Whether this is the path of anything below these directories. */
async function has(directories: readonly string[], name: RegExp): Promise<boolean> {
  for (const directory of directories) {
    const entries = await readdir(directory, { recursive: true }).catch(() => [])
    if (entries.some((entry) => name.test(entry))) return true
  }
  return false
}

async function says(directory: string, name: string, text: string): Promise<boolean> {
  const file = path.join(directory, name)
  return (await readFile(file, 'utf8').catch(() => '')).includes(text)
}

async function restores({ output }: Place): Promise<boolean> {
  const lines = (await qemusWith(output)).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  return (await Promise.all(lines)).some((line) => line.includes('-incoming'))
}

/** In the order of a run in an empty cache; a phase that is over in one run is not there in the next. */
const phases: readonly (readonly [name: string, isReached: (place: Place) => Promise<boolean>])[] = [
  ['the guest image is made', ({ cache }) => has([path.join(cache, 'guest')], /\.making-/)],
  ['an instance boots, to be saved', ({ output }) => says(output, 'consoles/1.log', 'Linux version')],
  ['its state is written', ({ cache }) => has([path.join(cache, 'snapshots')], /\.making-.*\/state/)],
  ['an instance is restored', restores],
  ['a scenario runs', ({ output }) => says(output, 'results.jsonl', 'test-started')],
  ['a scenario is over', ({ output }) => says(output, 'results.jsonl', 'test-finished')],
]

void test('gmemtest is killed', async (t) => {
  const directory = t.testdir({ cache: { gmemtest: {} }, output: {}, temporary: {} })
  const [base, output, temporary] = ['cache', 'output', 'temporary'].map((name) => path.join(directory, name))
  const place = { output: output ?? '', cache: path.join(base ?? '', 'gmemtest') }
  for (const name of lent) await symlink(path.join(cacheDirectory(), name), path.join(place.cache, name))
  await mkdir(path.join(place.cache, 'snapshots'))
  const env = { XDG_CACHE_HOME: base ?? '', TMPDIR: temporary ?? '' }
  const args = ['run', '--scenarios', inProject('tests/vm/fixtures/bad-days'), '--output', place.output]

  for (const [phase, isReached] of phases) {
    await t.test(`when ${phase}`, async (t) => {
      const { child, ended } = gmemtestWith(env, ...args, 'a-passes')
      t.ok(await until(() => isReached(place), 60), 'it comes so far')
      t.equal(child.exitCode, null, 'it is still there')
      child.kill('SIGKILL')
      await ended
      t.ok(await until(async () => (await qemusWith(place.output)).length === 0, 5), 'QEMU goes with it')
    })
  }

  const { exitCode, stdout, stderr } = await gmemtestWith(env, ...args, 'a-passes').ended
  t.equal(exitCode, 0, stderr)
  t.match(stdout, /^TAP version 14\n1\.\.1\nok 1 - a-passes/)
  t.strictSame((await readdir(place.output)).toSorted(), [
    'console.log',
    'provenance.json',
    'results.jsonl',
    'results.tap',
  ])
  // What is lent is not ours to look at.
  const made = (await readdir(place.cache)).filter((name) => !lent.includes(name))
  t.ok(made.includes('snapshots'))
  const below = made.map((name) => path.join(place.cache, name))
  t.notOk(await has(below, /\.making-|\.new$|\.socket$/), 'nothing is half made')
  t.strictSame(await readdir(env.TMPDIR), [])

  await t.test('then a bit flips in the guest image: it is made again', async (t) => {
    const images = path.join(place.cache, 'guest', 'images')
    const [entry = ''] = await readdir(images)
    const file = path.join(images, entry, 'initramfs.cpio')
    const before = await readFile(file)
    const harmed = Buffer.from(before)
    harmed.writeUInt8((before[1000] ?? 0) ^ 1, 1000)
    await writeFile(file, harmed)
    const again = await gmemtestWith(env, ...args, 'a-passes').ended
    t.equal(again.exitCode, 0, again.stderr)
    t.notOk(harmed.equals(await readFile(file)), 'what was harmed is not there any more')
    t.equal((await readdir(images)).length, 1)
  })
})

void test('a run that is killed while its first scenario hangs has its record', async (t) => {
  const output = t.testdir({})
  const scenarios = inProject('tests/vm/fixtures/bad-days')
  const { child, ended } = gmemtest('run', '--scenarios', scenarios, '--output', output, 'd-hangs')
  t.ok(await until(() => says(output, 'results.jsonl', 'test-started'), 60), 'it comes so far')
  const revision = /"revision": "[0-9a-f]{40,}"/
  const isWritten = async (): Promise<boolean> =>
    revision.test(await readFile(path.join(output, 'provenance.json'), 'utf8').catch(() => ''))
  t.ok(await until(isWritten, 5))
  t.equal(child.exitCode, null, 'it is still there')
  child.kill('SIGKILL')
  await ended
  t.ok(await until(async () => (await qemusWith(output)).length === 0, 5), 'QEMU goes with it')
})

void test('two times Ctrl-C, when the first one cannot end it', async (t) => {
  const output = t.testdir({})
  const scenarios = inProject('tests/vm/fixtures/bad-days')
  const { child, ended } = gmemtest('run', '--scenarios', scenarios, '--output', output, 'd-hangs')
  // The console of an instance that no test has used is not copied.
  t.ok(await until(() => says(output, 'results.jsonl', 'test-started'), 60), 'it comes so far')
  // No process reads this pipe: it behaves like a disk that does not answer. A run refuses one that is there before.
  const console = path.join(output, 'console.log')
  await rm(console, { force: true })
  await run('mkfifo', [console], limits)
  child.kill('SIGINT')
  await delay(1000)
  t.equal(child.exitCode, null, 'it is still there')
  child.kill('SIGINT')
  const { stderr } = await ended
  t.equal(child.signalCode, 'SIGINT', 'which is 130 for a shell')
  t.match(stderr, /gmemtest: stopped at once\n$/)
  t.ok(await until(async () => (await qemusWith(output)).length === 0, 5), 'QEMU goes with it')
})
