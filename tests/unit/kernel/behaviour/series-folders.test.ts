// Folders of patches: which files are read, in which order, and which are refused.
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { diffOf, entity, first, mailOf, second, third } from '../fixtures/mails.ts'
import { pathPart, SeriesTree } from '../fixtures/series-tree.ts'

const [one, two, three] = [mailOf(first), mailOf(second), mailOf(third)]
const cover = mailOf({ subject: '[PATCH 0/3] all', body: 'All of it.\n' })
const levelZero = diffOf(second).replaceAll(/ [ab]\//g, ' ')

/** Folders, and the mails that are applied, in order. */
const read: readonly [what: string, files: Readonly<Record<string, string>>, mails: readonly string[]][] = [
  ['numbers without zeros', { '1.patch': one, '2.patch': two, '10.patch': three }, [one, two, three]],
  ['versions and numbers', { 'v2-0002-b.patch': two, 'v2-0001-a.patch': one }, [one, two]],
  ['numbers behind words', { 'part10-x.diff': diffOf(third), 'part9-x.diff': diffOf(first) }, [one, three]],
  ['mails of other programs', { '1.eml': one, '2.mbx': two, '3.mbox': three, '0.cover': cover }, [one, two, three]],
  ['names in capitals', { '1.PATCH': one, '2.EML': two }, [one, two]],
  ['several mails in one file', { '1.mbox': cover + one + two, '2.mail': three }, [one, two, three]],
  [
    'texts and backups beside them',
    {
      'README.md': 'x',
      README: 'x',
      'COPYING.GPL': 'x',
      '.gitignore': 'x',
      '1.patch': one,
      '1.patch~': two,
      '1.orig': two,
      'uncovered.yaml': 'x',
    },
    [one],
  ],
  [
    'hidden files of editors and other systems',
    { '1.patch': one, '._1.patch': 'x', '.2.patch': two, '.#1.patch': two, '.old.mbox': two, '.git/x.patch': two },
    [one],
  ],
  ['a name with and without a number', { 'a.patch': one, 'a1.patch': two, 'a-b.patch': three }, [three, one, two]],
  ['mutants beside them', { '1.patch': one, 'mutants/x.patch': two, 'mutants/notes.txt': 'x' }, [one]],
  ['a cover letter that is empty', { '0000-cover-letter.patch': cover, '0001-a.patch': one }, [one]],
  [
    'quilt: order',
    { series: 'b.patch\na.patch\n', 'a.patch': three, 'b.patch': one, 'unlisted.patch': two },
    [one, three],
  ],
  [
    'quilt: comments, empty lines, CR LF, a mark',
    {
      series: '\ufeff# the series\r\n\r\na.patch # first\r\n#c.patch\r\n  b.patch\r\n',
      'a.patch': one,
      'b.patch': two,
      'c.patch': three,
    },
    [one, two],
  ],
  ['quilt: levels', { series: 'a.patch -p1\nb.diff -p0\n', 'a.patch': one, 'b.diff': levelZero }, [one, two]],
  ['quilt: folders, names without ending', { series: 'x/a\nfix\n', 'x/a': one, fix: two }, [one, two]],
  [
    'a maildir',
    {
      'cur/1700000001.2.host:2,S': entity(first.body, { subject: first.subject, encoding: 'base64' }),
      'new/1700000002.1.host': entity(second.body, { subject: second.subject, encoding: 'quoted-printable' }),
      'new/1700000010.1.host': entity(third.body, { subject: third.subject }),
      'tmp/half': 'x',
    },
    [one, two, three],
  ],
  [
    'a maildir whose empty folders are lost',
    { 'cur/17.1.host:2,S': entity(first.body, { subject: first.subject }), '.gitignore': 'x' },
    [one],
  ],
]

function fill(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text, name === 'series' ? 'utf8' : 'latin1')
  }
}

void test('the files of a folder are applied as git am applies them in this order', async (t) => {
  const directory = t.testdir()
  const tree = new SeriesTree(directory)
  const file = path.join(directory, 'all.mbox')
  for (const [index, [what, files, mails]] of read.entries()) {
    const folder = path.join(directory, `folder-${index}`)
    fill(folder, files)
    writeFileSync(file, mails.join(''), 'latin1')
    const right = tree.am(file)
    t.ok(right, what)
    t.equal(await tree.gmemtest(pathPart(folder)).catch(String), right, what)
  }
})

const refused: readonly [what: string, files: Readonly<Record<string, string>>, message: RegExp][] = [
  ['a file of another kind', { '1.patch': one, '2.txt': two }, /the file '2\.txt', which is no patch by its name/],
  ['a patch that an editor named', { '1.patch': one, '2.patch.txt': two }, /'2\.patch\.txt'/],
  ['a compressed patch', { '1.patch': one, '2.patch.gz': '\u001f\u008b' }, /'2\.patch\.gz'/],
  ['a folder of patches', { '1.patch': one, 'more/2.patch': two }, /the folder 'more'/],
  [
    'a mail without a patch',
    { '1.patch': one, '2.patch': mailOf({ subject: 'x', body: 'x\n' }) },
    /2\.patch.* no diff/,
  ],
  ['quilt: reverse', { series: 'a.patch -R\n', 'a.patch': one }, /series:1: '-R' is not understood/],
  ['quilt: other options', { series: '\na.patch -p1 -R\n', 'a.patch': one }, /series:2: '-p1 -R'/],
  ['quilt: a blank in the level', { series: 'a.patch -p 0\n', 'a.patch': one }, /series:1/],
  ['quilt: no such patch', { series: 'b.patch\n', 'a.patch': one }, /cannot read the patch 'b\.patch'/],
  ['quilt: a folder', { series: 'x\n', 'x/a.patch': one }, /cannot read the patch 'x'/],
  ['quilt: nothing', { series: '# none\n', 'a.patch': one }, /has no patches/],
  [
    'a maildir with a patch that lost its diff',
    { 'cur/1': one, 'new/2': mailOf({ subject: '[PATCH] x', body: 'Good.\n' }) },
    /new\/2/,
  ],
]

void test('a file that is not understood is refused by its name', async (t) => {
  const directory = t.testdir()
  const tree = new SeriesTree(directory)
  for (const [index, [what, files, message]] of refused.entries()) {
    const folder = path.join(directory, `folder-${index}`)
    fill(folder, files)
    await t.rejects(tree.gmemtest(pathPart(folder)), { fault: 'usage', message, hint: /./ }, what)
  }
})

/** Places of a series that are no files, or too large, and what makes them. */
const unreadable: readonly [what: string, make: (folder: string) => void, message: RegExp][] = [
  ['a pipe', (folder) => execFileSync('mkfifo', [path.join(folder, 'x.patch')]), /x\.patch' .*is a device or a pipe/],
  ['a device', (folder) => symlinkSync('/dev/zero', path.join(folder, 'x.patch')), /x\.patch' .*is a device or a pipe/],
  [
    'a broken link',
    (folder) => symlinkSync('nowhere', path.join(folder, 'x.patch')),
    /cannot read the patch 'x\.patch'/,
  ],
  ['a large file', (folder) => truncateSync(path.join(folder, '1.patch'), 2 ** 30), /1\.patch' .*more than 256 MiB/],
  ['quilt: a broken link', (folder) => symlinkSync('nowhere', path.join(folder, 'series')), /cannot read .*series/],
  ['quilt: a pipe', (folder) => execFileSync('mkfifo', [path.join(folder, 'series')]), /series is a device or a pipe/],
  [
    'quilt: UTF-16',
    (folder) => writeFileSync(path.join(folder, 'series'), Buffer.from('\ufeffa\n', 'utf16le')),
    /series is encoded in UTF-16/,
  ],
]

void test('what is no regular file is refused by its name, at once', async (t) => {
  const directory = t.testdir()
  const tree = new SeriesTree(directory)
  for (const [index, [what, make, message]] of unreadable.entries()) {
    const folder = path.join(directory, `folder-${index}`)
    fill(folder, { '1.patch': one })
    make(folder)
    await t.rejects(tree.gmemtest(pathPart(folder)), { fault: 'usage', message, hint: /./ }, what)
  }
  const loop = path.join(directory, 'loop')
  symlinkSync('loop', loop)
  await t.rejects(tree.gmemtest(pathPart(loop)), { fault: 'usage', message: /cannot read the series .*loop/ })
  await t.rejects(tree.gmemtest(pathPart('/dev/zero')), { fault: 'usage', message: /is a device or a pipe/ })
})
