// gmemtest repro: which program it takes, and what it refuses.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'tap'
import { exportProgram, type ReproOptions } from '../../../../harness/commands/exporting/export-program.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import type { ReportEvent } from '../../../../harness/report/events.ts'
import { conversion, programFile, setUp } from '../../campaigns/repro/fixtures/recorded.ts'

/** Exports a program, and returns the standard output. */
async function repro(name: string, options: Partial<ReproOptions>): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const context = {
    signal: AbortSignal.timeout(100_000),
    stdout,
    stderr,
    annotations: stderr,
    isTty: false,
    colour: false,
    printError: () => undefined,
    exitsWith: () => async () => undefined,
  }
  await exportProgram(name, { results: 'results/latest', ...options }, context)
  stdout.end()
  return await text(stdout)
}

const failure = { message: 'converting page 0 to private: wanted EAGAIN, found OK', wanted: 'EAGAIN', found: 'OK' }
const program = JSON.stringify(programFile([...setUp, conversion('private')], failure))
const cut = JSON.stringify({ ...programFile([...setUp, conversion('private')], failure), isCut: true })

const events: readonly ReportEvent[] = [
  {
    type: 'run-started',
    time: '2026-11-30T10:00:00Z',
    kernel: 'gmem-convert',
    dialect: 'convert-ioctl',
    version: 3,
    suite: 'scenarios',
    tests: ['a-scenario'],
    isolation: 'vm',
  },
  {
    type: 'kernel-ready',
    key: '0',
    release: '6.12.0',
    cached: true,
    milliseconds: 1,
    build: {
      source: { kind: 'debian', version: '6.12-1', content: 'sha', facts: { package: 'linux-source-6.12' } },
      patches: [{ name: '1', subject: 'KVM: Convert', sha256: '0', patchId: '0123456789abcdef' }],
      patchsetHash: 'feed',
      compiler: 'gcc 12',
      configHash: 'beef',
      startTime: '',
      seconds: 1,
    },
  },
  {
    type: 'test-finished',
    suite: 'scenarios',
    name: 'a-scenario',
    title: 'pages stay',
    verdict: 'FAIL',
    milliseconds: 1,
    diagnostic: {
      message: failure.message,
      rules: ['S-A1'],
      operations: ['convert(gmem#2) = OK'],
      wanted: 'EAGAIN',
      found: 'OK',
      console: [],
      program: 'program-a-scenario.json',
      again: '',
    },
  },
]

void test('a program is found by the name of its test, and exported', async (t) => {
  const results = t.testdir({
    'program-a-scenario.json': program,
    'program-bug-other.json': cut,
    'results.jsonl': events.map((event) => `${lineOf(event)}\n`).join(''),
  })
  const source = await repro('a-scenario', { results, c: true })
  t.match(source, 'return expect_end("converting page 0 to private", end, EAGAIN);')
  const output = path.join(results, 'out.c')
  t.equal(await repro(path.join(results, 'program-a-scenario.json'), { c: true, output }), '')
  t.equal(await readFile(output, 'utf8'), source)
  t.equal(await repro('scenario', { results, c: true }), source, 'the end of a name is enough when one file has it')
  await t.rejects(repro('other', { results, c: true }), { code: 'REPRO_CUT', message: /more operations than/ })
  await t.rejects(repro('wrong', { results, c: true }), { code: 'PROGRAM_MISSING', hint: /there are: / })
  await t.rejects(repro('a', { results: path.join(results, 'no'), c: true }), {
    code: 'RESULTS_MISSING',
    hint: /--results DIR/,
  })
})

void test('a mail has the kernel, the patches and the program', async (t) => {
  const lines = events.map((event) => `${lineOf(event)}\n`).join('')
  const results = t.testdir({ 'program-a-scenario.json': program, 'results.jsonl': lines })
  const mail = await repro('a-scenario', { results, mail: true })
  t.match(mail, /^Subject: \[BUG\] converting page 0 to private: wanted EAGAIN, found OK\n/)
  for (const part of [
    'kernel:      6.12.0',
    'base:        debian 6.12-1, package linux-source-6.12',
    'patchset_hash feed',
    '  0123456789ab KVM: Convert',
    'compiler:    gcc 12',
    'int main(void)',
  ]) {
    t.match(mail, part)
  }
  const other = t.testdir({ 'program-a-scenario.json': cut, 'results.jsonl': lines })
  t.match(
    await repro('a-scenario', { results: other, mail: true }),
    /There is no C reproducer: the test did more operations than/,
  )
})

const finding = `# step 1 of 1, convert offset 0x0, size 0x1000 to private: errno: wanted OK, found EAGAIN
# seed 1, path 8
version: 1
pageSize: 4K
pages: 24
initially: shared
steps:
  - { do: convert, to: private, offset: 0, size: 4096 }
`

/** The results of a campaign on a kernel whose dialect was found when it booted. */
const fuzzed = events
  .map((event): ReportEvent => {
    if (event.type === 'run-started') return { ...event, suite: 'fuzz', kernel: 'odd', dialect: 'auto' }
    if (event.type !== 'test-finished' || event.diagnostic === undefined) return event
    const { diagnostic } = event
    return { ...event, diagnostic: { ...diagnostic, output: ['1. convert', 'program: /some/place/finding-1.yaml'] } }
  })
  .toSpliced(1, 0, {
    type: 'vm-ready',
    accelerator: 'tcg',
    reason: '',
    profile: 'plain',
    dialect: 'gmem-attributes',
    origin: 'booted',
    milliseconds: 1,
  })
  .map((event) => `${lineOf(event)}\n`)
  .join('')

void test('a finding of fuzz is exported in the dialect of its run', async (t) => {
  const results = t.testdir({ 'finding-1.yaml': finding, 'results.jsonl': fuzzed })
  const source = await repro('finding-1', { results, c: true })
  t.match(source, /On the kernel odd:\n \* step 1 of 1, .*: wanted OK, found EAGAIN\n \* seed 1, path 8\n/)
  t.match(source, 'EXPECT(set_gmem_attributes(gmem1, TO_PRIVATE, 0, 0x1000), 0);')
  t.equal(await repro(path.join(results, 'finding-1.yaml'), { c: true }), source)
  t.match(await repro('finding-1', { results, c: true, kernel: 'gmem-convert' }), 'EXPECT(gmem_convert(gmem1, ')
  const mail = await repro('finding-1', { results, mail: true })
  t.match(mail, 'int main(void)')
  t.match(mail, 'kernel:      6.12.0')
  await t.rejects(repro('finding-2', { results, c: true }), { code: 'PROGRAM_MISSING', hint: 'there are: finding-1' })
})

void test('a program of fuzz without results beside it needs a kernel', async (t) => {
  const directory = t.testdir({
    'mine.yaml': finding.replaceAll(/^#.*\n/gm, ''),
    'odd.yaml': finding.replace('do: convert', 'do: frobnicate'),
    'new.yaml': finding.replace('version: 1', 'version: 9'),
  })
  const mine = path.join(directory, 'mine.yaml')
  t.match(
    await repro(mine, { c: true, kernel: 'gmem-convert' }),
    'EXPECT(gmem_convert(gmem1, TO_PRIVATE, 0, 0x1000), 0)',
  )
  await t.rejects(repro(mine, { c: true }), { code: 'DIALECT_UNKNOWN', hint: /--kernel NAME/ })
  await t.rejects(repro(mine, { c: true, kernel: 'wrong' }), { code: 'KERNEL_UNKNOWN' })
  await t.rejects(repro(mine, { mail: true, kernel: 'gmem-convert' }), { code: 'RESULTS_MISSING' })
  await t.rejects(repro(path.join(directory, 'odd.yaml'), { c: true }), {
    code: 'PROGRAM_INVALID',
    message: /odd\.yaml:8:11: do in entry 1 of steps must be one of convert, .*'frobnicate'/,
  })
  await t.rejects(repro(path.join(directory, 'new.yaml'), { c: true }), {
    code: 'PROGRAM_INVALID',
    message: /version must be 1, got 9/,
  })
  await t.rejects(repro(path.join(directory, 'none.yaml'), { c: true }), { code: 'PROGRAM_MISSING' })
})

void test('wrong usage is refused', async (t) => {
  const directory = t.testdir({ 'program-a.json': program, full: { a: '' } })
  const file = path.join(directory, 'program-a.json')
  await t.rejects(repro(file, {}), { code: 'USAGE', hint: 'give one of --c, --mail, --bundle DIR and --gdb' })
  await t.rejects(repro(file, { c: true, mail: true }), { code: 'USAGE', message: /more than one form/ })
  await t.rejects(repro(file, { bundle: 'a', output: 'b' }), { code: 'USAGE', message: /--c and --mail/ })
  await t.rejects(repro(file, { gdb: true, output: 'b' }), { code: 'USAGE' })
  await t.rejects(repro(file, { gdb: true, bundle: 'a' }), { code: 'USAGE', message: /more than one form/ })
  await t.rejects(repro(file, { bundle: path.join(directory, 'full') }), {
    code: 'BUNDLE_NOT_EMPTY',
    message: /already has a$/,
  })
  await t.rejects(repro(file, { mail: true }), { code: 'RESULTS_MISSING' })
  await t.rejects(repro(file, { c: true, output: '/nowhere/a.c' }), { code: 'OUTPUT_FAILED' })
})
