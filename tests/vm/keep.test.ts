// run --keep: many logins at once, one run a directory, and the exit code of the signal that ends it.
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { findExecutable } from '../../harness/process/executable.ts'
import { gmemtest, qemusWith, started, until } from './fixtures/command.ts'

const logins = 8

void test('a kept instance', { skip: findExecutable('ssh') === undefined }, async (t) => {
  // A path that neither a shell nor ssh reads as it is.
  const output = path.join(t.testdir(), `it's "mine" $HOME %h`)
  await mkdir(output)
  t.teardown(() => rm(output, { recursive: true, force: true }))
  const { child, ended } = gmemtest('run', '--keep', '--output', output, 'contents-survive-conversion')
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  t.ok(await until(async () => /to log in:\n {2}.*\n/.test(text), 120), text)
  const line = /to log in:\n {2}(ssh .*)\n/.exec(text)?.[1] ?? ''

  // Each waits until all are in, so that the logins are at the same time.
  const command = `echo in >>/tmp/logins; until [ $(wc -l </tmp/logins) -ge ${logins} ]; do sleep 0.1; done; echo all`
  const ran = await Promise.all(
    Array.from({ length: logins }, () => started('sh', ['-c', `${line} "$0"`, command]).ended),
  )
  for (const one of ran) t.match(one, { exitCode: 0, stdout: 'all\n' }, one.stderr)

  const second = await gmemtest('run', '--output', `${output}/../${path.basename(output)}`, 'contents').ended
  t.match(second, { exitCode: 69, stdout: '' })
  t.match(second.stderr, `gmemtest: process ${child.pid} writes to ${output}\n`)

  child.kill('SIGHUP')
  t.match(await ended, { exitCode: 129, stdout: /^ok 1 - contents-survive-conversion/m })
  t.match(text, /^gmemtest: stopping the instance$/m)
  t.strictSame(await qemusWith(output), [])
})
