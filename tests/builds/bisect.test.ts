// The verb bisect on a kernel in miniature, judged by a command: results, mistakes, and a search that is interrupted.
import { spawn } from 'node:child_process'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test, type Test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemPatch, miniDefinition } from '../unit/kernel/fixtures/mini-tree.ts'

interface Place {
  readonly directory: string
  readonly kernel: string
}

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const patches = 6

function value(index: number): string {
  return String(index === 0 ? 2 : 100 + index)
}

/** Makes a definition with a series of patches, each of which changes the same line. */
async function place(t: Test): Promise<Place> {
  const directory = t.testdir()
  const series = Array.from({ length: patches }, (_, index): [string, string] => {
    const patch = gmemPatch(value(index), value(index + 1)).replace('another b', `b is ${value(index + 1)}`)
    return [`000${index + 1}-gmem.patch`, patch]
  })
  const { source } = await miniDefinition(directory, { patches: Object.fromEntries(series) })
  const kernel = path.join(directory, 'mini.yaml')
  const { location, sha256 } = source.kind === 'tarball' ? source : { location: '', sha256: '' }
  const lines = ['description: a kernel in miniature', 'source:', `  tarball: ${location}`, `  sha256: ${sha256}`]
  await writeFile(kernel, [...lines, 'series: [./series]', 'fragments: [./mini.config]', ''].join('\n'))
  return { directory, kernel }
}

/** Runs the verb. `interrupt` is a text on stderr after which the user presses Ctrl-C. */
async function bisect({ directory, kernel }: Place, args: readonly string[], interrupt?: string): Promise<Ran> {
  const output = path.join(directory, 'results')
  const child = spawn(inProject('gmemtest'), ['bisect', '--kernel', kernel, '--output', output, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: path.join(directory, 'cache'), NODE_V8_COVERAGE: '' },
  })
  let stdout = ''
  let stderr = ''
  let isInterrupted = false
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    // A second Ctrl-C would end it at once.
    if (isInterrupted || interrupt === undefined || !stderr.includes(interrupt)) return
    isInterrupted = true
    child.kill('SIGINT')
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  return { exitCode: await promise, stdout, stderr }
}

const since = (first: number): string => `[ "$GMEMTEST_PATCHES" -lt ${first} ]`

void test('the first bad patch is found, with its diff stat and a log', { timeout: 300_000 }, async (t) => {
  const where = await place(t)
  const { exitCode, stdout, stderr } = await bisect(where, [
    '--exec',
    `test -s $GMEMTEST_KERNEL/vmlinux && ${since(4)}`,
  ])
  t.equal(exitCode, 0, stderr)
  t.match(stdout, /^ {4}ok 1 - 6 of 6 patches \(up to 0006-gmem\.patch\): bad: /m)
  t.match(stdout, /^ok 1 - first-bad-patch: 0004-gmem\.patch: gmem: b is 104 # time=/m)
  t.match(stderr, /the first bad patch is 0004-gmem\.patch.*\n.* virt\/gmem\.c \| +2 \+-\n/)
  const log = await readFile(path.join(where.directory, 'results/bisect.log'), 'utf8')
  t.match(log, /^git bisect start\n# bad: \[[0-9a-f]{40}\] gmem: b is 106\n/)
  t.match(log, /^# first bad commit: \[[0-9a-f]{40}\] gmem: b is 104$/m)
  t.ok(
    (await readdir(path.join(where.directory, 'cache/gmemtest/kernels'))).length <= 4,
    'at most ceil(log2 6) + 1 kernels',
  )
  t.strictSame(await readdir(path.join(where.directory, 'cache/gmemtest/bisections')), [], 'the search is over')
})

/** What the later version of a patch adds to the earlier one. */
const bug = [
  '--- a/virt/other.c',
  '+++ b/virt/other.c',
  '@@ -1 +1,2 @@',
  ' int other(void) { return 0; }',
  '+int bug;',
  '',
]

void test(
  'between two versions of a series, the patch whose change is bad is found',
  { timeout: 300_000 },
  async (t) => {
    const where = await place(t)
    const [series, earlier] = [path.join(where.directory, 'series'), path.join(where.directory, 'v1')]
    await cp(series, earlier, { recursive: true })
    const changed = path.join(series, '0004-gmem.patch')
    await writeFile(changed, (await readFile(changed, 'utf8')).replace('-- \n', `${bug.join('\n')}-- \n`))
    const versions = ['--good-series', './v1', '--exec', '! nm "$GMEMTEST_KERNEL/vmlinux" | grep -q " bug$"'] as const
    const { exitCode, stdout, stderr } = await bisect(where, versions)
    t.equal(exitCode, 0, stderr)
    t.match(stdout, /^ {4}ok 2 - 3 of 6 patches \(up to 0003-gmem\.patch\) and the rest of \.\/v1: good: /m)
    t.match(stdout, /^ok 1 - first-bad-patch: 0004-gmem\.patch: /m)
    t.match(stderr, /what it changes in 0004-gmem\.patch of \.\/v1 is in (.*)version\.diff/)
    t.match(await readFile(path.join(where.directory, 'results/version.diff'), 'utf8'), /^\+\+int bug;$/m)

    const both = await bisect(where, ['--good', '1', ...versions])
    t.equal(both.exitCode, 2)
    t.match(both.stderr, /--good-series excludes --good/)
    const unrelated = await bisect(where, ['--good-series', 'gmem-convert', '--exec', 'true'])
    t.equal(unrelated.exitCode, 2)
    t.match(unrelated.stderr, /the two series share neither a subject nor a change/)
  },
)

void test('a search that is interrupted goes on where it was', { timeout: 300_000 }, async (t) => {
  const where = await place(t)
  const slow = `if [ "$GMEMTEST_PATCHES" = 3 ] && [ ! -e again ]; then touch again; sleep 60; fi; ${since(2)}`
  const first = await bisect(where, ['--exec', slow], 'testing the kernel with 3 of 6')
  t.equal(first.exitCode, 130)
  t.match(first.stderr, /the results of 1 kernel are kept: the same command goes on/)
  t.match(first.stdout, /^Bail out! interrupted by SIGINT/m)
  await writeFile(path.join(where.directory, 'again'), '')
  const { exitCode, stdout, stderr } = await bisect(where, ['--exec', slow])
  t.equal(exitCode, 0, stderr)
  t.match(stderr, /going on with the results of 1 kernel of an earlier search/)
  t.notMatch(stderr, /testing the kernel with 6 of 6/)
  t.match(stdout, /first-bad-patch: 0002-gmem\.patch/)
})

void test('mistakes of the question are told', { timeout: 300_000 }, async (t) => {
  const where = await place(t)
  const gone = await bisect(where, ['--exec', 'true'])
  t.equal(gone.exitCode, 1)
  t.match(gone.stdout, /^not ok 1 - first-bad-patch: not found/m)
  t.match(gone.stdout, /the bug does not reproduce: the kernel with 6 of 6 patches/)
  const swapped = await bisect(where, ['--exec', `! { ${since(3)}; }`])
  t.equal(swapped.exitCode, 1)
  t.match(swapped.stdout, /good and bad are swapped/)
  const missing = await bisect(where, ['--exec', './no-such-program'])
  t.equal(missing.exitCode, 2)
  t.match(missing.stderr, /'\.\/no-such-program' ended with 127: that judges no kernel/)
  const order = await bisect(where, ['--good', '0005', '--bad', '2', '--exec', 'true'])
  t.equal(order.exitCode, 2)
  t.match(order.stderr, /--good has 5 patches and --bad has 2/)
  for (const args of [[], ['--exec', 'true', 'scenario'], ['--good', 'nothing', '--exec', 'true']]) {
    t.equal((await bisect(where, args)).exitCode, 2, args.join(' '))
  }
})
