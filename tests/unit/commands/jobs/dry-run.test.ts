// What a run would do, as the real command line prints it: nothing is built, and no directory is made.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

function dryRun(home: string, ...words: readonly string[]): string {
  return execFileSync(inProject('gmemtest'), ['run', '--dry-run', '--accel', 'tcg', ...words], {
    cwd: path.join(home, 'work'),
    env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache') },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

void test('a dry run prints kernel, boots, tests and time, and writes nothing', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const stdout = dryRun(home, '--shard', '1/2', '--jobs', '3', 'contents-')
  t.match(
    stdout,
    /^kernel: gmem-convert: its source must be fetched, and it must be built\ndialect: convert-ioctl\naccelerator: tcg /,
  )
  t.match(stdout, /^tests: \d+ of \d+, in 3 instances at once\n {2}plain: contents-/m)
  t.match(stdout, /^time: about \d+:\d\d after the build; \d+ tests? without a known duration\n$/m)
  t.strictSame(readdirSync(path.join(home, 'work')), [])
  t.end()
})

void test('a dialect that is open until the boot is planned with pools of huge pages', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const kernel = path.join(home, 'mine.yaml')
  const text = readFileSync(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  writeFileSync(kernel, text.replace(/^dialect: .*\n/m, ''))
  const stdout = dryRun(home, '--kernel', kernel, 'huge-first')
  t.match(stdout, /^dialect: auto: the kernel tells it when it runs; planned as for convert-ioctl$/m)
  t.match(stdout, /^ {2}\d+ × 2M.*: huge-first/m)
  t.end()
})
