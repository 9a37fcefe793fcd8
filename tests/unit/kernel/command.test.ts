import { test } from 'tap'
import { attempt } from '../../../harness/kernel/command.ts'

const { signal } = new AbortController()

void test('a program that does not exist', async (t) => {
  await t.rejects(attempt('no-such-program', [], { signal }), {
    code: 'COMMAND_MISSING',
    message: 'no-such-program is not installed',
  })
})

void test('a program that ends with the same code is a result', async (t) => {
  t.match(await attempt('sh', ['-c', 'exit 127'], { signal }), { exitCode: 127 })
})
