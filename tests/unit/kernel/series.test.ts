import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import type { SeriesPart } from '../../../harness/kernel/definition/definition.ts'
import { readSeries } from '../../../harness/kernel/series.ts'
import type { Patch } from '../../../harness/kernel/series/patch.ts'
import { gmemPatch, recordingContext } from './fixtures/mini-tree.ts'
import { pathPart } from './fixtures/series-tree.ts'

async function read(t: Test, ...parts: SeriesPart[]): Promise<Patch[]> {
  return readSeries(parts, recordingContext(path.join(t.testdirName, 'cache')))
}

void test('a folder is read in the order of its names; the cover letter is left out', async (t) => {
  const folder = t.testdir({
    '0002-b.patch': gmemPatch('20', '30'),
    '0001-a.patch': gmemPatch(),
    '0000-cover-letter.patch': 'From: a@b\nSubject: [PATCH 0/2] all of it\n\nHello.\n',
    'README.md': 'not a patch',
  })
  const patches = await readSeries([pathPart(folder)], recordingContext(path.join(t.testdirName, 'mutants')))
  t.match(patches, [{ name: '0001-a.patch', origin: path.join(folder, '0001-a.patch') }, { name: '0002-b.patch' }])
  t.equal(patches.length, 2)
})

void test('each mail of a file has its number and subject, a single mail the name of the file', async (t) => {
  const directory = t.testdir({ 's.mbox': `${gmemPatch()}\n${gmemPatch('20', '30')}`, 'one.mbox': gmemPatch() })
  const file = path.join(directory, 's.mbox')
  const [first, second] = await read(t, pathPart(file))
  t.match(first, { name: 's.mbox[1]: [PATCH] gmem: another b', origin: file, how: { kind: 'mail' } })
  t.match(second, { name: /^s\.mbox\[2\]: / })
  t.match(await read(t, pathPart(path.join(directory, 'one.mbox'))), [{ name: 'one.mbox', content: first?.content }])
})

void test('a mail has its Message-ID, from its header alone', async (t) => {
  const mail = gmemPatch()
  const [first = '', ...rest] = mail.split('\n')
  const withId = (id: string): string => [first, id, ...rest].join('\n')
  const directory = t.testdir({
    'a.patch': withId('Message-Id: <20250514.1-a_b=c@google.com>'),
    'b.patch': mail.replace('\n\n', '\n\nMessage-ID: <in@body.org>\n\n'),
    'c.patch': withId('Message-ID: <no address>'),
  })
  const ids = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => (await read(t, pathPart(path.join(directory, `${name}.patch`))))[0]?.messageId),
  )
  t.strictSame(ids, ['20250514.1-a_b=c@google.com', undefined, undefined])
})

void test('patches are remembered by their content, wherever they lie', async (t) => {
  const folders = { one: { 'a.patch': gmemPatch() }, two: { 'a.patch': gmemPatch() } }
  const directory = t.testdir({ ...folders, cache: {} })
  const [one] = await read(t, pathPart(path.join(directory, 'one')))
  const [two] = await read(t, pathPart(path.join(directory, 'two')))
  t.strictSame(two, { ...one, origin: path.join(directory, 'two/a.patch') })
  writeFileSync(path.join(directory, 'one/a.patch'), gmemPatch('2', '21'))
  const [changed] = await read(t, pathPart(path.join(directory, 'one')))
  t.not(changed?.content, one?.content)
})

void test('a path without a series is refused', async (t) => {
  const bad = { '0001-x.patch': 'Subject: [PATCH] x\n\nnothing here\n' }
  const cover = { '0000-c.patch': 'From: a@b\nSubject: [PATCH 0/2] all of it\n\nHello.\n' }
  const files = {
    'mails.mbox': `${gmemPatch()}\nFrom x Mon Sep 17 00:00:00 2001\nFrom: a@b\nSubject: [PATCH] x\n\nGood.\n`,
    'half.patch': gmemPatch().slice(0, gmemPatch().indexOf('diff --git')),
  }
  const directory = t.testdir({
    ...files,
    empty: {},
    cover,
    bad,
    folder: { series: 'a.patch\nnone.patch\n', 'a.patch': gmemPatch() },
  })
  const part = (name: string): SeriesPart => pathPart(path.join(directory, name))
  await t.rejects(read(t, part('empty')), { code: 'SERIES_EMPTY', message: /has no patches/ })
  await t.rejects(read(t, part('cover')), { code: 'SERIES_EMPTY', message: /cover has only a cover letter$/ })
  await t.rejects(read(t, part('bad')), {
    code: 'PATCH_UNREADABLE',
    message:
      /^the patch '0001-x\.patch.*' \(\/.*\/bad\/0001-x\.patch\) cannot be read: it has no diff in it, or it is cut off$/,
  })
  const mails = {
    code: 'PATCH_UNREADABLE',
    message: /^the patch 'mails\.mbox\[2\]: \[PATCH\] x' \(\/.*\/mails\.mbox\) cannot/,
  }
  await t.rejects(read(t, part('mails.mbox')), mails)
  await t.rejects(read(t, part('half.patch')), {
    code: 'PATCH_UNREADABLE',
    message: /^the patch 'half\.patch.* cut off$/,
  })
  await t.rejects(read(t, part('emty')), { code: 'SERIES_UNKNOWN', hint: /'empty'/ })
  await t.rejects(read(t, part('folder')), { code: 'SERIES_UNKNOWN', message: /none\.patch/, hint: /folder\/series/ })
})
