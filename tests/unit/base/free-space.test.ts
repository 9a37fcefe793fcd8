// The errors of the file system identify a full disk.
import { writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { freeBytes, isDiskFull, noSpaceLeft } from '../../../harness/base/free-space.ts'

void test('the free space is that of the file system', async (t) => {
  t.ok((await freeBytes('/')) > 0)
})

void test('a full disk and a full quota, but no other error', async (t) => {
  t.ok(isDiskFull(await writeFile('/dev/full', 'x').catch((error: unknown) => error)))
  t.ok(isDiskFull(Object.assign(new Error('EDQUOT: over quota'), { code: 'EDQUOT' })))
  t.notOk(isDiskFull(await writeFile('/proc/none', 'x').catch((error: unknown) => error)))
  t.notOk(isDiskFull('ENOSPC'))
})

void test('the error is one line with the next step', (t) => {
  t.match(noSpaceLeft('/r'), {
    fault: 'infra',
    code: 'NO_SPACE',
    message: 'no space left in /r',
    hint: 'free some space and run the same command again; --output DIR chooses another place',
  })
  t.end()
})
