import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { BuildError } from '../../../../harness/base/errors.ts'
import { tryCommand } from '../../../../harness/campaigns/bisect/try-command.ts'
import type { Trial } from '../../../../harness/campaigns/bisect/trial.ts'

const { signal } = new AbortController()

async function tried(directory: string, command: string): Promise<Trial> {
  return tryCommand({
    command,
    build: async () => ({ GMEMTEST_KERNEL: '/some/kernel' }),
    logFile: path.join(directory, 'exec.log'),
    signal,
  })
}

void test('exit codes have the meaning that git bisect run gives them', async (t) => {
  const directory = t.testdir()
  t.match(await tried(directory, 'exit 0'), { kind: 'passed' })
  t.match(await tried(directory, 'exit 1'), { kind: 'failed', message: "'exit 1' ended with 1" })
  t.match(await tried(directory, 'exit 124'), { kind: 'failed' })
  t.match(await tried(directory, 'exit 125'), { kind: 'lacking' })
  for (const command of ['exit 126', 'no-such-program', 'exit 200', 'kill -9 $$']) {
    await t.rejects(tried(directory, command), { code: 'BISECT_COMMAND', hint: /125 to skip/ }, command)
  }
})

void test('the command knows the kernel, and its output is kept', async (t) => {
  const directory = t.testdir()
  t.match(await tried(directory, 'echo "kernel $GMEMTEST_KERNEL"'), { kind: 'passed' })
  t.match(await readFile(path.join(directory, 'exec.log'), 'utf8'), 'kernel /some/kernel\n')
})

void test('a kernel that cannot be built is a result', async (t) => {
  const trial = await tryCommand({
    command: 'true',
    build: async () => {
      throw new BuildError('KERNEL_BUILD_FAILED', 'it does not compile')
    },
    logFile: path.join(t.testdir(), 'log'),
    signal,
  })
  t.strictSame(trial, { kind: 'not-built', message: 'it does not compile' })
})
