import { test } from 'tap'
import { noSpaceError, requireSpace } from '../../../harness/cache/space.ts'

async function free(): Promise<number> {
  return 300 * 2 ** 20
}

void test('too little space: the error names the need, the place and the free space', async (t) => {
  await t.rejects(requireSpace('/cache', 2 * 2 ** 30, 'unpacking', free), {
    code: 'NO_SPACE',
    fault: 'infra',
    message: 'unpacking needs 2.0 GiB in /cache, 0.3 GiB are free',
    hint: /XDG_CACHE_HOME/,
  })
  await requireSpace('/cache', 2 ** 20, 'unpacking', free)
})

void test('a full disk is recognised in the output of a program and in an exception', (t) => {
  const messages = [
    'fatal error: error writing to x.s: No space left on device',
    'ENOSPC: no space left on device, write',
    'tar: x: Cannot write: Disk quota exceeded',
  ]
  for (const message of messages) t.match(noSpaceError(message, 'building'), { code: 'NO_SPACE' })
  t.equal(noSpaceError('x.c:1:1: error: no space here', 'building'), undefined)
  t.end()
})
