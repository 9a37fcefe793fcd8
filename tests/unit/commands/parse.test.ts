// gmemtest parse from the command line: text, JSON, exit codes, and files that are no logs.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { hasHidden } from '../../../harness/base/visible-text.ts'

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-parse-'))
const golden = inProject('tests/unit/console/golden')

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

void test('gmemtest parse', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))
  suite.jobs = 2

  void suite.test('a log with a splat: text, and exit code 1', async (t) => {
    const log = path.join(golden, 'warning.log')
    const ran = await parse([log])
    t.match(ran, { exitCode: 1, stderr: '' })
    t.ok(ran.stdout.startsWith(`${log}:3: warning: WARNING in kvm_gmem_get_folio\n`))
    t.match(ran.stdout, /^ {2}task agent\/77, CPU 0$/m)
    t.match(ran.stdout, /^ {4}kvm_gmem_allocate\+0x9c\/0x110 \[kvm\]$/m)
  })

  void suite.test('a clean log: one line, and exit code 0', async (t) => {
    const ran = await parse(['-'], '[    0.100000] kvm: Nested Paging enabled\n[    0.200000] fine\n')
    const stdout = 'standard input: no splat in 2 lines\n'
    t.strictSame(ran, { exitCode: 0, stdout, stderr: '' })
  })

  void suite.test('a log of one line is said in the singular', async (t) => {
    const ran = await parse(['-'], '[    0.100000] fine\n')
    t.strictSame(ran, { exitCode: 0, stdout: 'standard input: no splat in 1 line\n', stderr: '' })
    const splat = await parse(['-'], '[    3.001000] BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1\n')
    t.match(splat.stdout, /^ {2}line 1, fingerprint/m)
  })

  void suite.test('a log of test results without a splat gets a note, and keeps its exit code', async (t) => {
    const log = '[    0.100000] KTAP version 1\n[    0.200000] 1..1\n[    0.300000] not ok 1 - maps\n'
    for (const args of [['-'], ['--json', '-']]) {
      const ran = await parse(args, log)
      t.match(ran, { exitCode: 0, stderr: 'gmemtest: standard input has test results: --ktap reads them\n' })
    }
    const splat = await readFile(path.join(golden, 'warning.log'), 'utf8')
    t.match(await parse(['-'], `${log}${splat}`), { exitCode: 1, stderr: '' }, 'a splat comes first')
  })

  void suite.test('hidden characters of a log are visible in the report', async (t) => {
    const log = ['a\u202eb', 'c\u2028d', 'e\ufefff']
      .map((name) => `[    1.000000] WARNING: CPU: 0 PID: 77 at ${name}.c:3 kvm_${name}+0x9c/0x110 [kvm]\n`)
      .join('')
    for (const args of [['-'], ['--json', '-']]) {
      const { exitCode, stdout } = await parse(args, log)
      t.equal(exitCode, 1)
      t.notOk(hasHidden(stdout.replaceAll('\n', '')), args.join(' '))
    }
  })

  void suite.test('--json has all facts of each splat', async (t) => {
    const ran = await parse(['--json', path.join(golden, 'kasan.log')])
    t.equal(ran.exitCode, 1)
    const { findings: splats, ...rest } = JSON.parse(ran.stdout)
    t.equal(splats.length, 1)
    t.match(splats[0], {
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
    t.strictSame(rest, { allowed: [], omitted: 0, lines: 57 })
  })

  void suite.test('--json of a clean log is an empty list', async (t) => {
    const ran = await parse(['--json', '-'], '[    0.100000] fine\n')
    t.equal(ran.exitCode, 0)
    t.strictSame(JSON.parse(ran.stdout).findings, [])
  })

  void suite.test('a splat that --allow covers is shown, and is no failure', async (t) => {
    const list = path.join(home, 'known.yaml')
    await writeFile(
      list,
      `- {match: WARNING in kvm_gmem_get_folio, reason: known, expires: 2999-01-31}
- {match: KASAN, reason: old, expires: 2026-01-31}
`,
    )
    const ran = await parse(['--allow', list, path.join(golden, 'warning.log')])
    t.match(ran, {
      exitCode: 0,
      stdout: /warning\.log:3: allowed until 2999-01-31: WARNING in kvm_gmem_get_folio \(known\)\n/,
      stderr: "gmemtest: the allowance 'KASAN' expired on 2026-01-31 and covers nothing any more (old)\n",
    })
  })

  void suite.test('a blank line is between the splats that --allow covers and those that count', async (t) => {
    const list = path.join(home, 'one.yaml')
    await writeFile(list, '- {match: WARNING in kvm_gmem_get_folio, reason: known, expires: 2999-01-31}\n')
    const log = await readFile(path.join(golden, 'warning.log'), 'utf8')
    const kasan = await readFile(path.join(golden, 'kasan.log'), 'utf8')
    const ran = await parse(['--allow', list, '-'], `${log}${kasan}`)
    t.equal(ran.exitCode, 1)
    t.match(ran.stdout, /^standard input:3: allowed until .*\n\nstandard input:\d+: kasan: /)
  })

  void suite.test('a splat that --allow covers but that may hide another one counts, with the reason', async (t) => {
    const list = path.join(home, 'mixed.yaml')
    await writeFile(list, '- {match: WARNING, reason: known, expires: 2999-01-31}\n')
    const log = await readFile(path.join(golden, 'warning.log'), 'utf8')
    const torn = log.replace('<TASK>', '<TASK>[   12.345678] hello')
    const ran = await parse(['--allow', list, '-'], torn)
    t.match(ran, { exitCode: 1, stdout: /not allowed by 'WARNING': another splat may be hidden in it/ })
  })

  void suite.test('of a flood, the first thousand splats are listed, and the others are counted', async (t) => {
    const lines = Array.from(
      { length: 1234 },
      (_, number) => `[    3.00${1000 + number}] BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1\n`,
    )
    const ran = await parse(['--json', '-'], lines.join(''))
    t.equal(JSON.parse(ran.stdout).findings.length, 1000)
    t.equal(JSON.parse(ran.stdout).omitted, 234)
  })

  void suite.test('a text that may be no kernel log gets a note', async (t) => {
    const ran = await parse([inProject('README.md')])
    t.match(ran.stderr, /README\.md: no line has a prefix of the kernel/)
  })

  const noLogs: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
    ['nothing', [], /missing required argument 'log'\n {2}hint: name a file, or use - for the standard input/],
    ['nothing but an option', ['--ktap'], /hint: name a file, or use - for the standard input/],
    ['a missing file', ['nope.log'], /there is no file nope\.log/],
    ['an empty standard input', ['-'], /the standard input is empty/],
    ['a missing vmlinux', ['--vmlinux', 'nope', path.join(golden, 'warning.log')], /there is no file nope/],
    ['a missing list', ['--allow', 'nope', path.join(golden, 'warning.log')], /cannot read nope: ENOENT/],
    ['a folder as a list', ['--allow', golden, path.join(golden, 'warning.log')], /golden is a directory, not a list/],
    ['a device as a list', ['--allow', '/dev/zero', path.join(golden, 'warning.log')], /is a device or a pipe, not a/],
  ]
  for (const [what, args, message] of noLogs) {
    void suite.test(`${what} is an error, not a clean log`, async (t) => {
      const ran = await parse(args)
      t.match(ran, { exitCode: 2, stdout: '', stderr: message })
    })
  }
})
