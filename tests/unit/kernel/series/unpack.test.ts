import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { gzipSync } from 'node:zlib'
import { readSeries } from '../../../../harness/kernel/series.ts'
import { applyByHand } from '../../../../harness/kernel/series/apply-by-hand.ts'
import { unpack } from '../../../../harness/kernel/series/unpack.ts'
import { diffOf, first, mailOf, second } from '../fixtures/mails.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'
import { git, pathPart, SeriesTree } from '../fixtures/series-tree.ts'

void test('a box and a diff that are compressed, and the same by hand', async (t) => {
  // The command lines name files of the project from its top directory.
  const directory = mkdtempSync(path.join(tmpdir(), 'gmemtest-unpack-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const tree = new SeriesTree(directory)
  const box = Buffer.from(mailOf(first) + mailOf(second), 'latin1')
  const [plain, packed] = ['t.mbox', 't.mbox.gz'].map((name) => path.join(directory, name))
  const diff = path.join(directory, 'x.diff.gz')
  if (plain === undefined || packed === undefined) throw new Error('no names')
  writeFileSync(plain, box)
  writeFileSync(packed, gzipSync(box))
  writeFileSync(diff, gzipSync(Buffer.from(diffOf(first), 'latin1')))
  t.equal(await tree.gmemtest(pathPart(packed)), tree.am(plain))
  writeFileSync(plain, mailOf(first), 'latin1')
  t.equal(await tree.gmemtest(pathPart(diff)), tree.am(plain))

  for (const file of [packed, diff]) {
    const work = path.join(directory, `by-hand-${path.basename(file)}`)
    cpSync(tree.repository, path.join(work, 'linux'), { recursive: true })
    const lines = applyByHand(await readSeries([pathPart(file)], recordingContext(path.join(directory, 'cache'))))
    execFileSync('sh', ['-ec', lines.join('\n')], { cwd: work, stdio: 'pipe' })
    git(path.join(work, 'linux'), 'add', '-A')
    t.equal(git(path.join(work, 'linux'), 'write-tree'), await tree.gmemtest(pathPart(file)), file)
  }
})

void test('what gunzip does not read whole is refused by its name', (t) => {
  const file = { name: 'x.mbox.gz', file: '/tmp/x.mbox.gz' }
  const packed = gzipSync(Buffer.alloc(100_000, 'x'))
  const cut = packed.subarray(0, -20)
  t.throws(() => unpack(file, cut, 2 ** 20), { code: 'PATCH_UNREADABLE', message: /x\.mbox\.gz.*gunzip fails: .*end/ })
  t.throws(() => unpack(file, packed, 1000), { code: 'PATCH_UNREADABLE', hint: /./ })
  t.equal(unpack({ name: 'x.mbox', file: '/tmp/x.mbox' }, packed, 2 ** 20), packed)
  t.equal(unpack(file, Buffer.from('From '), 2 ** 20).toString(), 'From ')
  t.end()
})
