import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { readSeries } from '../../../harness/kernel/series.ts'
import { gmemPatch } from './fixtures/mini-tree.ts'

const { signal } = new AbortController()

void test('a folder is read in the order of its names; the cover letter is left out', async (t) => {
  const folder = t.testdir({
    '0002-b.patch': gmemPatch('20', '30'),
    '0001-a.patch': gmemPatch(),
    '0000-cover-letter.patch': 'From: a@b\nSubject: [PATCH 0/2] all of it\n\nHello.\n',
    'README.md': 'not a patch',
  })
  const patches = await readSeries([{ kind: 'path', name: 's', path: folder }], signal)
  t.match(patches, [{ name: '0001-a.patch' }, { name: '0002-b.patch' }])
  t.equal(patches.length, 2)
})

void test('an mbox and a range of commits are series too', async (t) => {
  const directory = t.testdir({ repo: {}, 's.mbox': `${gmemPatch()}\n${gmemPatch('20', '30')}` })
  const mbox = await readSeries([{ kind: 'path', name: 's', path: path.join(directory, 's.mbox') }], signal)
  t.match(mbox, [{ name: /^s\[1\]: / }, { name: /^s\[2\]: / }])

  const repository = path.join(directory, 'repo')
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args])
  git('init', '-q')
  for (const word of ['one', 'two', 'three']) {
    writeFileSync(path.join(repository, 'x'), `${word} \u00e9\n`, 'latin1')
    git('add', 'x')
    git('commit', '-q', '-m', word)
  }
  const range = { kind: 'git', name: 'r', repository, range: 'HEAD~2..HEAD' } as const
  const patches = await readSeries([range], signal)
  t.match(patches, [{ subject: /two/ }, { subject: /three/ }])
  t.match(patches[1]?.diff, '+three \u00e9', 'bytes that are no UTF-8 survive')
  await t.rejects(readSeries([{ ...range, range: 'nope..HEAD' }], signal), { code: 'SERIES_UNKNOWN' })
})

void test('a path without a series is refused', async (t) => {
  const directory = t.testdir({ empty: {}, bad: { '0001-x.patch': 'Subject: [PATCH] x\n\nnothing here\n' } })
  const part = (name: string): Parameters<typeof readSeries>[0] => [
    { kind: 'path', name, path: path.join(directory, name) },
  ]
  await t.rejects(readSeries(part('empty'), signal), { code: 'SERIES_EMPTY', message: /has no patches/ })
  await t.rejects(readSeries(part('bad'), signal), {
    code: 'SERIES_EMPTY',
    message: /0001-x\.patch has no diff/,
  })
  await t.rejects(readSeries(part('emty'), signal), { code: 'SERIES_UNKNOWN', hint: /'empty'/ })
})
