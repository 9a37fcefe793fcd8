// gmemtest parse, as a user meets it: text, JSON, exit codes, and what is no log.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { inProject } from '../../../harness/project/paths.ts'

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-parse-'))
const golden = inProject('tests/unit/health/golden')

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

async function parse(args: readonly string[], input: string | Uint8Array = ''): Promise<Ran> {
  const child = spawn(inProject('gmemtest'), ['parse', ...args], {
    cwd: home,
    env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache'), NODE_V8_COVERAGE: '' },
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { exitCode: await exited, stdout, stderr }
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const place = path.join(home, name)
  await writeFile(place, content)
  return place
}

void test('gmemtest parse', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))
  suite.jobs = 2

  void suite.test('a log with a complaint: text, and exit code 1', async (t) => {
    const log = path.join(golden, 'warning.log')
    const ran = await parse([log])
    t.match(ran, { exitCode: 1, stderr: '' })
    t.ok(ran.stdout.startsWith(`${log}:3: warning: WARNING in kvm_gmem_get_folio\n`))
    t.match(ran.stdout, /^ {2}task agent\/77, CPU 0$/m)
    t.match(ran.stdout, /^ {4}kvm_gmem_allocate\+0x9c\/0x110 \[kvm\]$/m)
  })

  void suite.test('a clean log: one line, and exit code 0', async (t) => {
    const ran = await parse(['-'], '[    0.100000] kvm: Nested Paging enabled\n[    0.200000] fine\n')
    const stdout = 'standard input: the kernel complains about nothing in 2 lines\n'
    t.strictSame(ran, { exitCode: 0, stdout, stderr: '' })
  })

  void suite.test('--json has all of each finding', async (t) => {
    const ran = await parse(['--json', path.join(golden, 'kasan.log')])
    t.equal(ran.exitCode, 1)
    const { findings, ...rest } = JSON.parse(ran.stdout)
    t.equal(findings.length, 1)
    t.match(findings[0], {
      kind: 'kasan',
      title: 'KASAN: slab-use-after-free in kvm_gmem_release',
      frame: 'kvm_gmem_release',
      fingerprint: /^[0-9a-f]{16}$/,
      start: 2,
      end: 55,
      corrupted: false,
      scenario: null,
      task: { comm: 'agent', pid: 77, cpu: 1 },
    })
    t.strictSame(rest, { omitted: 0, lines: 57 })
  })

  void suite.test('--json of a clean log is an empty list', async (t) => {
    const ran = await parse(['--json', '-'], '[    0.100000] fine\n')
    t.equal(ran.exitCode, 0)
    t.strictSame(JSON.parse(ran.stdout).findings, [])
  })

  void suite.test('of a flood, the first thousand are told, and the number of the others', async (t) => {
    const line = '[    3.000000] BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1\n'
    const ran = await parse(['--json', '-'], line.repeat(1234))
    t.equal(JSON.parse(ran.stdout).findings.length, 1000)
    t.equal(JSON.parse(ran.stdout).omitted, 234)
  })

  void suite.test('a text that may be no log of a kernel: said so', async (t) => {
    const ran = await parse([inProject('README.md')])
    t.match(ran.stderr, /README\.md: no line has a time stamp of printk/)
  })

  const noLogs: readonly (readonly [what: string, args: () => Promise<string[]>, message: RegExp])[] = [
    ['nothing', async () => [], /missing required argument 'log'/],
    ['a missing file', async () => ['nope.log'], /there is no file nope\.log/],
    ['a directory', async () => [golden], /golden is a directory, not a log\n {2}hint: name one file/],
    ['an empty file', async () => [await file('empty.log', '')], /empty\.log is empty/],
    ['an empty standard input', async () => ['-'], /the standard input is empty/],
    [
      'a packed file',
      async () => [await file('a.log.gz', gzipSync('text'))],
      /is gzip data[^]*hint: gzip -dc .*a\.log\.gz \|/,
    ],
    ['a kernel', async () => [process.execPath], /is an ELF file, not a log/],
    [
      'bytes',
      async () => [
        await file(
          'bytes',
          Uint8Array.from({ length: 5000 }, (_, n) => (n * 97) % 256),
        ),
      ],
      /is no text: \d+ % of it/,
    ],
    [
      'a missing vmlinux',
      async () => ['--vmlinux', 'nope', path.join(golden, 'warning.log')],
      /there is no file nope/,
    ],
    [
      'a vmlinux that is none',
      async () => ['--vmlinux', inProject('README.md'), path.join(golden, 'warning.log')],
      /README\.md is not a kernel with symbols/,
    ],
  ]
  for (const [what, args, message] of noLogs) {
    void suite.test(`${what} is a mistake, and not a clean log`, async (t) => {
      const ran = await parse(await args())
      t.match(ran, { exitCode: 2, stdout: '', stderr: message })
    })
  }
})
