// What a run would do, as the real command line prints it: nothing is built, and no directory is made.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { lineOf } from '../../../../harness/report/jsonl.ts'
import { storyOf } from '../../report/fixtures/story.ts'

/** Runs the command line in the directory `work`; returns its standard output. */
function gmemtest(home: string, ...args: readonly string[]): string {
  return execFileSync(inProject('gmemtest'), args, {
    cwd: path.join(home, 'work'),
    env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const plan = ['run', '--dry-run', '--accel', 'tcg'] as const

void test('a dry run prints kernel, boots, tests and time, and writes nothing', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const stdout = gmemtest(home, ...plan, '--shard', '1/2', '--jobs', '3', 'contents-')
  t.match(
    stdout,
    /^kernel: gmem-convert: its source must be fetched, and it must be built\ndialect: convert-ioctl\naccelerator: tcg /,
  )
  t.match(stdout, /^tests: \d+ of \d+, in 3 instances at once\n {2}plain: contents-/m)
  t.match(stdout, /^time: about \d+:\d\d after the build; \d+ tests? without a known duration\n$/m)
  t.strictSame(readdirSync(path.join(home, 'work')), [])
  t.end()
})

function scenarioOf(rule: string): string {
  return `import { scenario } from 'gmemtest'\nexport default scenario({ title: 'x', rules: ['${rule}'], async run() {} })\n`
}

void test('a dry run fails for a file that is no scenario', (t) => {
  const home = t.testdir({
    cache: {},
    work: { good: { 'a.ts': scenarioOf('S-A9') }, bad: { 'b.ts': scenarioOf('S-A99') } },
  })
  t.match(gmemtest(home, ...plan, '--scenarios', 'good'), /^tests: 1 of 1/m)
  t.throws(() => gmemtest(home, ...plan, '--scenarios', 'bad'), /b\.ts:2 is invalid: unknown rule 'S-A99'/)
  t.end()
})

void test('the selftests of a dry run are not built', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const stdout = gmemtest(home, 'kselftest', '--dry-run', '--accel', 'tcg')
  t.match(stdout, /^kernel: stock-6\.12: its source must be fetched/)
  t.match(stdout, /^tests: 5 of 5, in 1 instance at once\n {2}2 GiB: kvm:guest_memfd_test /m)
  t.match(stdout, /^if the tree has it: kvm:guest_memfd_conversions_test\n$/m)
  const one = gmemtest(home, 'kselftest', '--dry-run', '--accel', 'tcg', 'kvm:dirty_log_test')
  t.match(one, /^ {2}2 GiB: kvm:dirty_log_test\ntime: /m)
  t.notMatch(one, /if the tree/)
  t.strictSame(readdirSync(path.join(home, 'work')), [])
  t.end()
})

void test('a dialect that is open until the boot is planned with pools of huge pages', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const kernel = path.join(home, 'mine.yaml')
  const text = readFileSync(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  writeFileSync(kernel, text.replace(/^dialect: .*\n/m, ''))
  const stdout = gmemtest(home, ...plan, '--kernel', kernel, 'huge-first')
  t.match(stdout, /^dialect: auto: the kernel tells it when it runs; planned as for convert-ioctl$/m)
  t.match(stdout, /^ {2}\d+ × 2M.*: huge-first/m)
  t.end()
})

void test('the time is that of the durations that the user names', (t) => {
  const name = 'contents-survive-conversion'
  const events = storyOf()
    .filter((event) => event.type !== 'test-finished' || event.name === 'a')
    .map((event) =>
      event.type === 'test-finished' ? { ...event, name, verdict: 'PASS' as const, milliseconds: 599_000 } : event,
    )
  const earlier = events.map((event) => `${lineOf(event)}\n`).join('')
  const home = t.testdir({ cache: {}, work: {}, earlier: { 'results.jsonl': earlier } })
  const stdout = gmemtest(home, ...plan, '--durations', path.join(home, 'earlier'), name)
  t.match(stdout, /^time: about 10:00 after the build\n$/m)
  t.end()
})
