// Following a file that another process writes: all bytes arrive, in order, and no file is left behind.
import { readdirSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { test } from 'tap'
import { followFile } from '../../../harness/vm/tail.ts'

function collector() {
  const chunks: Buffer[] = []
  return {
    onChunk: (chunk: Buffer) => void chunks.push(Buffer.from(chunk)),
    text: () => Buffer.concat(chunks).toString(),
  }
}

function scratchFiles(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('gmemtest-console-'))
}

void test('appended bytes arrive soon, earlier bytes do not', async (t) => {
  const file = path.join(t.testdir({}), 'console.log')
  await writeFile(file, 'old\n')
  const { onChunk, text } = collector()
  await using tail = followFile(file, onChunk)
  writeSync(tail.writer, 'new\n')
  for (let tries = 0; tries < 200 && text() === ''; tries++) await delay(5)
  t.equal(text(), 'new\n')
  t.equal(await readFile(file, 'utf8'), 'old\nnew\n')
})

void test('all bytes so far are read at once, and later ones as well', async (t) => {
  const { onChunk, text } = collector()
  await using tail = followFile(path.join(t.testdir({}), 'log'), onChunk)
  for (const part of ['first\n', 'second\n']) {
    writeSync(tail.writer, part)
    await tail.catchUp()
    t.ok(text().endsWith(part))
  }
})

void test('the end is read to its last byte', async (t) => {
  const { onChunk, text } = collector()
  await using tail = followFile(path.join(t.testdir({}), 'log'), onChunk)
  const much = 'abcdefghi\n'.repeat(100_000)
  writeSync(tail.writer, much)
  await tail.finish()
  t.equal(text().length, much.length)
})

void test('a file without a name leaves no file behind', async (t) => {
  const before = scratchFiles()
  const { onChunk, text } = collector()
  await using tail = followFile(undefined, onChunk)
  t.same(scratchFiles(), before)
  writeSync(tail.writer, 'kept\n')
  await tail.finish()
  t.equal(text(), 'kept\n')
})

void test('a log that cannot be written is an error before QEMU starts', (t) => {
  t.throws(() => followFile('/nonexistent/console.log', () => undefined), {
    name: 'InfraError',
    code: 'CONSOLE_NOT_WRITABLE',
  })
  t.end()
})

void test('a disk that becomes full is an error before a line is lost', async (t) => {
  const directory = t.testdir({})
  let left = 2 ** 20
  const free = async (asked: string): Promise<number> => (asked === directory ? left : Infinity)
  await using tail = followFile(path.join(directory, 'log'), () => undefined, free)
  await tail.checkSpace()
  left -= 1
  const full = {
    name: 'InfraError',
    code: 'NO_SPACE',
    message: `no space left in ${directory}`,
    hint: /--output/,
  }
  await t.rejects(tail.checkSpace(), full)
  await t.rejects(tail.broken, full)
})

void test('without a name, the directory for temporary files is checked', async (t) => {
  await using tail = followFile(
    undefined,
    () => undefined,
    async () => 0,
  )
  await t.rejects(tail.checkSpace(), { message: `no space left in ${tmpdir()}`, hint: /TMPDIR/ })
})

void test('free space that cannot be read is no error', async (t) => {
  await using tail = followFile(
    path.join(t.testdir({}), 'log'),
    () => undefined,
    () => Promise.reject(new Error('ENOENT')),
  )
  await t.resolves(tail.checkSpace())
})
