// make setup prints the next step, and no other goal does.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { projectRoot } from '../../harness/base/paths.ts'

/** The commands of a goal, without running them. */
function commandsOf(goal: string): string {
  const env = { ...process.env, MAKEFLAGS: '' }
  return execFileSync('make', ['--dry-run', '--no-print-directory', goal], {
    cwd: projectRoot,
    env,
    encoding: 'utf8',
  })
}

const nextStep = /setup\.sh fit\nsh harness\/setup\.sh packages\nsh harness\/setup\.sh next$/

void test('make setup ends with what to do next', (t) => {
  t.match(commandsOf('setup').trimEnd(), nextStep)
  const ran = spawnSync('sh', ['harness/setup.sh', 'next'], { cwd: projectRoot, encoding: 'utf8' })
  t.match(ran, {
    status: 0,
    stdout: '',
    stderr: /^setup: all requirements are installed; next: make run .*\n$/,
  })
  t.end()
})

void test('goals that need the setup go on without a word', (t) => {
  for (const goal of ['run', 'bench']) {
    const commands = commandsOf(goal)
    t.match(commands, /setup\.sh packages\n/)
    t.notMatch(commands, /setup\.sh next/)
  }
  t.end()
})

void test('setup.sh tells what it takes', (t) => {
  const ran = spawnSync('sh', ['harness/setup.sh', 'nxet'], { cwd: projectRoot, encoding: 'utf8' })
  t.match(ran, { status: 69, stderr: "setup: expected npm, fit, packages or next, got 'nxet'\n" })
  t.end()
})

void test('a long installation has a line a minute, and the end that it had', (t) => {
  for (const [code, wanted] of [
    [0, 0],
    [1, 69],
  ] as const) {
    const place = t.testdir({
      [`setup${code}`]: {
        bin: { npm: `#!/bin/sh\n/bin/sleep 1\nexit ${code}\n`, sleep: '#!/bin/sh\nexec /bin/sleep 0.2\n' },
        node_modules: {},
        harness: { 'setup.sh': t.fixture('symlink', path.join(projectRoot, 'harness/setup.sh')) },
      },
    })
    const root = path.join(place, `setup${code}`)
    for (const name of ['npm', 'sleep']) chmodSync(path.join(root, 'bin', name), 0o755)
    const env = { ...process.env, PATH: `${path.join(root, 'bin')}:${process.env['PATH'] ?? ''}` }
    const ran = spawnSync('sh', [path.join(root, 'harness/setup.sh'), 'npm'], { env, encoding: 'utf8' })
    t.equal(ran.status, wanted)
    t.match(ran.stderr, /^setup: installing npm packages\nsetup: still installing npm packages, 1 min\n/)
    t.equal(ran.stderr.includes('npm ci failed'), code !== 0)
  }
  t.end()
})
