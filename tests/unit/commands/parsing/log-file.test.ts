// Files that are logs, and files that are refused: they must not look like clean logs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { test } from 'tap'
import { openLog } from '../../../../harness/commands/parsing/log-file.ts'

const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-log-'))
const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 97) % 256)

async function* stdin(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function read(file: string, ...input: readonly Uint8Array[]): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of (await openLog(file, stdin(...input))).chunks) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

void test('logs', async (suite) => {
  suite.teardown(() => rm(home, { recursive: true, force: true }))

  await suite.test('a file and the standard input are read', async (t) => {
    const file = path.join(home, 'console.log')
    await writeFile(file, 'a\nb')
    t.equal(await read(file), 'a\nb')
    t.equal(await read('-', Buffer.from('a\n'), Buffer.from('b')), 'a\nb')
  })

  await suite.test('serial noise and colours are no reason to refuse a log', async (t) => {
    const noisy = '\0\0\u0007\u001B[32m[    0.100000] \u001B[0mkvm: Nested Paging enabled\r\n'
    t.equal(await read('-', Buffer.from(noisy)), noisy)
    for (const line of [
      '[    0.100000] x\n',
      '[12345.678901] x\n',
      '[  T1] {"a": 1}\n',
      '[Fri Nov 27 00:00:00 2026] x\n',
      '[[0;32m  OK  [0m] Reached target Basic System.\n',
      '{"ts":1,"msg":"starting vm"}\n[    0.000000] Linux version 6.12\n',
    ]) {
      t.equal(await read('-', Buffer.from(line)), line)
    }
  })

  const refused: readonly (readonly [what: string, content: string | Uint8Array, message: RegExp])[] = [
    ['empty', '', /is empty, which proves nothing about the kernel/],
    ['blank', '\n\n \t\r\n', /is empty, which proves nothing about the kernel/],
    ['dmesg-json', '{\n   "dmesg": [\n      {\n', /is JSON, not a log/],
    ['json-lines', '{"pri":3,"time":30.0,"msg":"fine"}\n', /is JSON, not a log/],
    ['journal-json', '{"__CURSOR":"s=1","MESSAGE":"fine"}\n', /is JSON, not a log/],
    ['json-of-ours', '{\n  "findings": [\n', /is JSON, not a log/],
    ['json-event', '{"type":"run-started"}\n', /is JSON, not a log/],
    ['json-array', '[{"a":1}]\n', /is JSON, not a log/],
    ['json-empty', '{}\n', /is JSON, not a log/],
    ['journal-sse', 'data: {"MESSAGE":"fine"}\n\n', /is JSON, not a log/],
    ['journal-export', '__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE=fine\n', /is a journal with its fields/],
    [
      'journal-verbose',
      'Fri 2026-11-27 00:00:00.1 UTC [s=1;i=2]\n    _TRANSPORT=kernel\n    MESSAGE=fine\n',
      /is a journal with its fields/,
    ],
    ['journal-seq', '\u001E{"MESSAGE":"fine"}\n', /is JSON, not a log/],
    ['json-marked', '\uFEFF{"MESSAGE":"fine"}\n', /is JSON, not a log/],
    ['json-nested', '[[{"a":1}]]\n', /is JSON, not a log/],
    ['packed', gzipSync('text'), /is gzip data, not a log/],
    ['executable', '\u007FELF', /is an ELF file, not a log/],
    ['bytes', bytes, /is no text: \d+ % of it are/],
    ['many-bytes', Buffer.concat(Array.from({ length: 40 }, () => bytes)), /is no text: \d+ % of it are/],
  ]
  for (const [name, content, message] of refused) {
    await suite.test(`refused: ${name}`, async (t) => {
      await writeFile(path.join(home, name), content)
      await t.rejects(read(path.join(home, name)), { name: 'UsageError', message })
      await t.rejects(read('-', Buffer.from(content)), { name: 'UsageError', message })
    })
  }

  await suite.test('refused: a missing file, and a directory', async (t) => {
    await t.rejects(read(path.join(home, 'nope')), { code: 'LOG_MISSING' })
    await t.rejects(read(home), { code: 'LOG_DIRECTORY', hint: /console\.log$/ })
  })

  await suite.test('the wait for a silent pipe can be interrupted', async (t) => {
    const controller = new AbortController()
    const pipe = new PassThrough()
    const log = await openLog('-', pipe, controller.signal)
    const reading = log.chunks[Symbol.asyncIterator]().next()
    controller.abort(new Error('interrupted'))
    await t.rejects(reading, { message: 'interrupted' })
    t.ok(pipe.destroyed, 'nothing keeps the process')
  })

  await suite.test('an unreadable log is an infrastructure error', async (t) => {
    await t.rejects(read('/proc/self/mem'), { code: 'LOG_UNREADABLE', name: 'InfraError' })
  })
})
