// Files of reports, also those that are no files.
import { execFileSync } from 'node:child_process'
import { createReadStream, readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { finished } from 'node:stream/promises'
import { test } from 'tap'
import { openFile } from '../../../harness/base/open-file.ts'

void test('a file is written anew, or added to', async (t) => {
  const file = path.join(t.testdir(), 'a')
  for (const [flags, wanted] of [
    ['w', 'x'],
    ['w', 'x'],
    ['a', 'xx'],
  ] as const) {
    const stream = await openFile(file, flags)
    stream.end('x')
    await finished(stream)
    t.equal(readFileSync(file, 'utf8'), wanted)
  }
  await t.rejects(openFile('/dev/null/x', 'w'), { code: 'ENOTDIR' })
})

void test('a FIFO that no process reads is an error, and not a wait', { timeout: 20_000 }, async (t) => {
  const fifo = path.join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  await t.rejects(openFile(fifo, 'w'), { code: 'ENXIO' })
})

void test('the reader of a FIFO gets more than a pipe holds', { timeout: 20_000 }, async (t) => {
  const fifo = path.join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const read = text(createReadStream(fifo))
  const opened = await openFile(fifo, 'w').catch(async () => {
    // The reader may not have opened it yet.
    await delay(1000)
    return openFile(fifo, 'w')
  })
  opened.end('x'.repeat(1_000_000))
  await finished(opened)
  t.equal((await read).length, 1_000_000)
})
