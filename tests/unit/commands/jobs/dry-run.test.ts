// What a run would do, as the real command line prints it: nothing is built, and no directory is made.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

void test('a dry run prints kernel, boots, tests and time, and writes nothing', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const stdout = execFileSync(
    inProject('gmemtest'),
    ['run', '--dry-run', '--accel', 'tcg', '--shard', '1/2', '--jobs', '3', 'contents-'],
    {
      cwd: path.join(home, 'work'),
      env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  t.match(stdout, /^kernel: gmem-convert: its source must be fetched, and it must be built\naccelerator: tcg /)
  t.match(stdout, /^tests: \d+ of \d+, in 3 instances at once\n {2}plain: contents-/m)
  t.match(stdout, /^time: about \d+:\d\d after the build; \d+ tests? without a known duration\n$/m)
  t.strictSame(readdirSync(path.join(home, 'work')), [])
  t.end()
})
