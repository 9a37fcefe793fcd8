// What a campaign of mutants would do, as the real command line prints it.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'

void test('a dry run prints the mutants, their kernels and their scenarios, and writes nothing', (t) => {
  const home = t.testdir({ cache: {}, work: {} })
  const stdout = execFileSync(
    inProject('gmemtest'),
    ['mutants', '--dry-run', '--accel', 'tcg', 'zap-at', 'zap-beyond'],
    {
      cwd: path.join(home, 'work'),
      env: { ...process.env, XDG_CACHE_HOME: path.join(home, 'cache') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  t.match(stdout, /^kernel: gmem-convert: must be built\naccelerator: tcg .*\nmutants: 2; 2 kernels to build\n/)
  t.match(stdout, /^ {2}zap-at-wrong-address: must be built; several-slots-of-one-file\n {2}zap-beyond-the-slot: /m)
  t.match(stdout, /^time: about \d+:\d\d for the scenarios, beside the builds and boots\n$/m)
  t.strictSame(readdirSync(path.join(home, 'work')), [])
  t.end()
})
