// The line that run --keep prints: a shell and ssh read from it what gmemtest means.
import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { loginLine } from '../../../../harness/commands/jobs/login.ts'
import { findExecutable } from '../../../../harness/process/executable.ts'

const directories = [
  '/plain',
  '/with blank',
  "/it's",
  '/a"b',
  '/$HOME/`x`',
  '/%h %% %d',
  '/a\\b',
  '/#a;b&c|d',
  '/ü',
  '/~',
  '/*?[a]',
]

for (const directory of directories) {
  const line = loginLine(2222, `${directory}/user-key`, `${directory}/known_hosts`)
  void test(`ssh finds its files in ${directory}`, { skip: findExecutable('ssh') === undefined }, (t) => {
    const { stdout, stderr } = spawnSync('sh', ['-c', line.replace(/^ssh /, 'ssh -G ')], { encoding: 'utf8' })
    t.match(stdout, /\nuser root\n/)
    const settings = stdout.split('\n')
    t.ok(settings.includes(`userknownhostsfile ${directory}/known_hosts`), stderr)
    // ssh prints this value before it expands %.
    t.ok(settings.includes(`identityfile ${directory.replaceAll('%', '%%')}/user-key`), stderr)
    t.ok(settings.includes('hostkeyalias gmemtest-guest'))
    t.end()
  })
}
