// The real command line, as a user meets it: help, mistakes, exit codes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { run } from '../../harness/process/run-program.ts'
import { inProject } from '../../harness/base/paths.ts'

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

const lostTree = `description: a tree that is not there
source: {dir: ./linus}
fragments: [base]
dialect: vm-attributes
`
const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-cli-'))

async function gmemtest(...args: string[]): Promise<Ran> {
  const child = spawn(inProject('gmemtest'), args, {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache'), NODE_V8_COVERAGE: '' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject)
  child.on('close', resolve)
  return { exitCode: await promise, stdout, stderr }
}

/** The examples of a help text that take patterns: the verb, and the patterns without the options. */
function examplesOf(help: string): string[][] {
  return [...help.matchAll(/^ {2}gmemtest ((?:run|list|mutants)\b.*?)(?: {2}|$)/gm)].map(([, line = '']) =>
    line
      .replaceAll(/--(?:kernel|scenarios) \S+/g, '')
      .split(/\s+/)
      .filter((word) => word !== '' && !word.startsWith('--'))
      .map((word) => word.replaceAll("'", '')),
  )
}

void test('a checkout below a backslash, which Node takes for a part of a URL, is refused', async (t) => {
  const directory = path.join(home, String.raw`a\b`)
  await mkdir(directory)
  await copyFile(inProject('gmemtest'), path.join(directory, 'gmemtest'))
  const options = { signal: new AbortController().signal, timeout: 10_000 }
  const { exitCode, stderr } = await run('sh', [path.join(directory, 'gmemtest'), 'list'], options)
  t.equal(exitCode, 69)
  t.match(stderr, /it has a backslash\n {2}hint: move the checkout/)
})

void test('a reader that takes its time gets all of the output', async (t) => {
  const log = path.join(home, 'many-splats.log')
  const lines = Array.from(
    { length: 2000 },
    (_, line) => `[ 1.000000] WARNING: CPU: 1 PID: 1 at fs/f.c:${line} f+0x1/0x2\n[ 1.000001] ---[ end trace 0 ]---\n`,
  )
  await writeFile(log, lines.join(''))
  const child = spawn(inProject('gmemtest'), ['parse', log, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  // Longer than a second after its work, when the command line looks for leftovers.
  await Promise.race([ended, delay(4000)])
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  t.equal(stderr, '')
  t.ok(stdout.length > 300_000, 'more than a pipe holds')
  t.doesNotThrow(() => JSON.parse(stdout))
})

void test('the command line', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))
  suite.jobs = 4

  for (const args of [
    ['--verbose', 'list', '--kernels'],
    ['list', '--verbose', '--kernels'],
  ]) {
    void suite.test(`gmemtest ${args.join(' ')} does what the verb does`, async (t) => {
      const ran = await gmemtest(...args)
      t.equal(ran.exitCode, 0, ran.stderr)
      t.match(ran.stdout, /^gmem-convert/m)
    })
  }

  for (const [args, message] of [
    [['--verbose', 'run', '--jobs', '0'], /--jobs/],
    [['--', 'run'], /there is no verb '--'/],
    [['--jobs', '1', 'run'], /unknown option '--jobs'/],
  ] as const) {
    void suite.test(`gmemtest ${args.join(' ')} is wrong usage`, async (t) => {
      const ran = await gmemtest(...args)
      t.equal(ran.exitCode, 2)
      t.equal(ran.stdout, '')
      t.match(ran.stderr, message)
    })
  }

  for (const args of [['--help'], [], ['help'], ['-h'], ['--verbose'], ['--verbose', '--help']]) {
    void suite.test(`gmemtest ${args.join(' ')} explains itself`, async (t) => {
      const ran = await gmemtest(...args)
      t.equal(ran.exitCode, 0)
      for (const word of [
        'run',
        'list',
        'build',
        'shell',
        'mutants',
        'bisect',
        'walk',
        'fuzz',
        'parse',
        'kselftest',
        'doctor',
        'Examples:',
        'Exit codes',
      ]) {
        t.ok(ran.stdout.includes(word), word)
      }
      t.equal(ran.stderr, '')
    })
  }

  for (const verb of ['run', 'list', 'build', 'shell', 'mutants', 'bisect', 'walk', 'fuzz', 'parse', 'doctor']) {
    void suite.test(`gmemtest ${verb} --help has examples`, async (t) => {
      const ran = await gmemtest(verb, '--help')
      t.equal(ran.exitCode, 0)
      t.match(ran.stdout, new RegExp(`^Usage: gmemtest ${verb}`))
      t.match(ran.stdout, /Examples:/)
      t.match(ran.stdout, /--verbose/)
    })
  }

  void suite.test('gmemtest --version has the commit', async (t) => {
    const ran = await gmemtest('--version')
    t.match(ran, { exitCode: 0, stdout: /^\d+\.\d+\.\d+ \([0-9a-f]{12}(?:, modified)?\)\n$/, stderr: '' })
  })

  const mistakes: readonly (readonly [args: readonly string[], message: RegExp, hint: RegExp])[] = [
    [['--color', 'run'], /--color must be auto or always or never, got 'run'/, /hint: for example: --color auto/],
    [['rnu'], /^gmemtest: there is no verb 'rnu'$/m, /hint: use 'gmemtest run'/],
    [['frobnicate'], /there is no verb 'frobnicate'/, /hint: the verbs are run, list/],
    [['run', '--kernle', 'x'], /unknown option '--kernle'/, /hint: use --kernel/i],
    [['--nonsense'], /unknown option '--nonsense'/, /hint: .*--help/],
    [['run', '--jobs', '0'], /--jobs must be an integer from 1 to 64, got '0'/, /^/],
    [['run', '--jobs', 'many'], /--jobs must be an integer from 1 to 64, got 'many'/, /^/],
    [['run', '--jobs', '65'], /--jobs must be an integer from 1 to 64, got '65'/, /^/],
    [['run', '--keep', '--jobs', '2'], /--keep leaves one instance up, and --jobs is 2/, /hint: leave/],
    [['run', '--repeat', '0'], /--repeat must be an integer from 1 to 10000, got '0'/, /^/],
    [['run', '--repeat=-1'], /--repeat must be an integer from 1 to 10000, got '-1'/, /^/],
    [['run', '--repeat', '99999999999'], /--repeat must be an integer from 1 to 10000, got '9+'/, /^/],
    [['run', '--repeat', '5', 'zzzzzz'], /no scenario matches 'zzzzzz'/, /gmemtest list/],
    [['run', '--until-fail'], /--until-fail needs --repeat/, /hint: for example: --repeat 100 --until-fail/],
    [['run', '--isolation', 'vms'], /--isolation must be vm or boot or none, got 'vms'/, /--isolation vm$/m],
    [
      ['run', '--output', inProject('LICENSE')],
      /--output must be a directory, got '.*LICENSE', which is a file/,
      /hint: for example: --output/,
    ],
    [['mutants', '--output', inProject('LICENSE/x')], /got '.*x', and .*LICENSE is a file/, /hint/],
    [['run', '--accel', 'kvn'], /--accel must be tcg or kvm, got 'kvn'/, /hint: for example: --accel kvm/],
    [['run', '--output'], /option '--output <dir>' argument missing/, /hint: see: gmemtest run --help/],
    [['run', 'contents-surive'], /no scenario matches 'contents-surive'/, /near it: contents-survive-conversion/],
    [['run', 'zzzzzz'], /no scenario matches 'zzzzzz'/, /gmemtest list/],
    [['run', '--kernel', 'gmem-covnert'], /there is no kernel definition 'gmem-covnert'/, /try 'gmem-convert'/],
    [['run', '--kernel', './none.yaml'], /there is no file .*none\.yaml/, /stock-6\.12/],
    [['list', '--nothing'], /unknown option/, /hint/],
    [['list', 'zzzzzz'], /no scenario matches/, /hint/],
    [['list', '--kernels', 'zzzzzz'], /no kernel matches 'zzzzzz'/, /hint: gmemtest list --kernels/],
    [['list', '--kernels', 'stock-6.21'], /no kernel matches/, /hint: near it: stock-6\.12/],
    [['list', '--kernels', '--rules'], /'--kernels' cannot be used with option '--rules'/, /hint/],
    [['list', '--check'], /--check needs --rules or --bugs/, /hint: gmemtest list --rules --check/],
    [['list', '--bugs', '--check', 'zap'], /--check looks at all scenarios, got the pattern 'zap'/, /hint/],
    [['list', '--rules', 'S-A9'], /--rules prints the whole table, got the pattern 'S-A9'/, /grep 'S-A9'/],
    [['run', ''], /a pattern must not be empty, got ''/, /leave the pattern out to choose all/],
    [
      ['run', '--scenarios', '/var'],
      /there is no scenario in \/var/,
      /NAME\.ts in that directory or in a folder of it/,
    ],
    [['build', 'stock-6.12', '--kernel', 'gmem-convert'], /two kernels are named, 'stock-6\.12' and/, /leave one/],
    [['mutants', 'merge-mising'], /no mutant matches 'merge-mising'/, /near it: merge-missing/],
    [['mutants', '--kernel', 'stock-6.12'], /stock-6\.12 has no mutants/, /folder 'mutants' of one of its series/],
    [['fuzz', '--page-size', '4K,4M'], /--page-size must be 4K or 2M or 1G, got '4M'/, /for example/],
    [['fuzz', '--path', '3'], /--path needs --seed/, /copy both from the report/],
    [['fuzz', '--runs', '9', '--time', '1m'], /'--runs <n>' cannot be used with option '--time <time>'/, /hint/],
    [['fuzz', '--replay', './none.yaml'], /the program \.\/none\.yaml cannot be read/, /directory of its results/],
    [['kselftest', 'guest_memfd_test'], /is named TARGET:TEST, got/, /try 'kvm:guest_memfd_test'/],
    [['build', '--apt-suite', 'a b'], /--apt-suite must be the name of an apt suite/, /trixie-backports/],
    [['parse', '--ktap', '--vmlinux', 'x', 'y'], /--vmlinux is for splats/, /leave one of them out/],
    [['parse', '--ktap', './none.log'], /there is no file .*none\.log/, /^/],
  ]
  for (const [args, message, hint] of mistakes) {
    void suite.test(`gmemtest ${args.join(' ')} is a mistake, said in a line with the next step`, async (t) => {
      const ran = await gmemtest(...args)
      t.equal(ran.exitCode, 2)
      t.equal(ran.stdout, '', 'nothing on stdout')
      t.match(ran.stderr, message)
      t.match(ran.stderr, hint)
      t.ok(ran.stderr.trimEnd().split('\n').length <= 2, ran.stderr)
    })
  }

  void suite.test('a mistake leaves no results behind', async (t) => {
    await gmemtest('run', 'zzzzzz')
    await writeFile(path.join(home, 'mine.yaml'), lostTree)
    const ran = await gmemtest('run', '--kernel', './mine.yaml')
    t.match(ran, {
      exitCode: 2,
      stdout: '',
      stderr: /^gmemtest: .*mine\.yaml:2:15: there is no directory .*linus\n/,
    })
    t.equal(ran.stderr.trimEnd().split('\n').length, 2, 'the message and the hint')
    t.notOk((await readdir(home)).includes('results'))
  })

  void suite.test('--verbose says where the mistake was seen', async (t) => {
    const ran = await gmemtest('run', 'zzzzzz', '--verbose')
    t.equal(ran.exitCode, 2)
    t.match(ran.stderr, /code: SCENARIO_UNKNOWN/)
    t.match(ran.stderr, /at .*select\.ts/)
  })

  void suite.test('gmemtest list names scenarios, kernels and rules', async (t) => {
    const scenarios = await gmemtest('list', 'contents')
    t.match(scenarios, { exitCode: 0, stdout: /^contents-survive-conversion .*\[S-A19/m })
    const kernels = await gmemtest('list', '--kernels')
    t.match(kernels, { exitCode: 0, stdout: /^gmem-convert .*\ngmem-convert-debug .*\nstock-6\.12 /m })
    const rules = await gmemtest('list', '--rules')
    t.match(rules, { exitCode: 0, stdout: /^\| S-A19 \|.*`contents-survive-conversion`/m })
  })

  void suite.test('gmemtest list --kernels takes patterns', async (t) => {
    const ran = await gmemtest('list', '--kernels', 'stock', '*-debug')
    t.match(ran, {
      exitCode: 0,
      stdout: /^gmem-attributes-debug .*\ngmem-convert-debug .*\nstock-6\.12 .*\nstock-7\.3 .*\n$/,
    })
  })

  for (const verb of ['run', 'list', 'mutants']) {
    void suite.test(`the patterns in the examples of ${verb} choose something`, async (t) => {
      const { stdout } = await gmemtest(verb, '--help')
      for (const words of examplesOf(stdout)) {
        const [used, ...patterns] = words
        if (patterns.length === 0) continue
        const lister = used === 'mutants' ? ['mutants', '--list'] : ['list']
        t.equal((await gmemtest(...lister, ...patterns)).exitCode, 0, words.join(' '))
      }
    })
  }

  void suite.test('gmemtest mutants --list explains its brackets, and not on stdout', async (t) => {
    const ran = await gmemtest('mutants', '--list', 'size-alignment')
    t.match(ran, { exitCode: 0, stdout: /^size-alignment-unchecked .* \[B-1; convert-argument-errors\]\n$/ })
    t.match(
      ran.stderr,
      /^gmemtest: in brackets: the numbers of the known bug .*docs\/bugs\.md.*, and the scenarios.*\n$/,
    )
  })

  void suite.test('gmemtest doctor says how kernels will run, and that it is good', async (t) => {
    const ran = await gmemtest('doctor')
    t.match(ran.stdout, /^Kernels will run under (KVM|emulation \(TCG\), which is enough): .+\.$/m)
    const names = await gmemtest('doctor', '--missing-packages')
    t.match(names, { exitCode: 0, stdout: /^(?:\S.*\n)?$/ }, 'no empty line when nothing is missing')
  })

  void suite.test('a reader that has had enough is no failure', async (t) => {
    const script = `"$0" --help | true; "$0" list | head -n 1`
    const ran = await run('sh', ['-c', script, inProject('gmemtest')], {
      signal: new AbortController().signal,
      timeout: 60_000,
    })
    t.match(ran, { exitCode: 0, stderr: '' })
  })

  void suite.test('a full disk behind the standard output could not run', async (t) => {
    const ran = await run('sh', ['-c', '"$0" list >/dev/full', inProject('gmemtest')], {
      signal: new AbortController().signal,
      timeout: 60_000,
    })
    t.match(ran, { exitCode: 69, stderr: /^gmemtest: cannot write to the standard output: .*ENOSPC/ })
  })
})
