// Files of the user that are no texts.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { readTextFile } from '../../../harness/base/read-text-file.ts'

void test('a text is read without its byte order mark', async (t) => {
  const file = path.join(t.testdir(), 'text')
  for (const [written, read] of [
    ['a: b\n', 'a: b\n'],
    ['\uFEFFa: b\r\n', 'a: b\r\n'],
    ['', ''],
    ['ü €\n', 'ü €\n'],
  ] as const) {
    await writeFile(file, written)
    t.equal(await readTextFile(file, 'a list'), read)
  }
})

void test('another kind of file is refused with its kind', async (t) => {
  const directory = t.testdir()
  const put = async (name: string, content: Uint8Array | string): Promise<string> => {
    const file = path.join(directory, name)
    await writeFile(file, content)
    return file
  }
  await mkdir(path.join(directory, 'folder'))
  const cases: readonly (readonly [file: string, message: RegExp])[] = [
    [path.join(directory, 'folder'), /folder is a directory, not a list$/],
    ['/dev/null', /is a device or a pipe, not a list$/],
    ['/dev/zero', /is a device or a pipe, not a list$/],
    [await put('elf', Buffer.from('\x7fELF\0\0', 'latin1')), /is a binary file/],
    [await put('utf16', Buffer.from('\uFEFFa: b', 'utf16le')), /is encoded in UTF-16/],
    [await put('utf16be', Buffer.from('\uFEFFa: b', 'utf16le').swap16()), /is encoded in UTF-16/],
    [await put('latin1', Buffer.from('gr\u00fc\u00dfe', 'latin1')), /is not encoded in UTF-8/],
    [await put('large', Buffer.alloc(5 * 2 ** 20, 'x')), /has more than 4 MiB/],
  ]
  for (const [file, message] of cases) {
    await t.rejects(readTextFile(file, 'a list'), { fault: 'usage', message, hint: /\w/ }, file)
  }
})

void test('an absent file is an error of the file system', async (t) => {
  await t.rejects(readTextFile(path.join(t.testdir(), 'none'), 'a list'), { code: 'ENOENT' })
})
