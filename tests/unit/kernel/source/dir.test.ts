import { execFileSync } from 'node:child_process'
import { chmod, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { identifyDir, obtainDir } from '../../../../harness/kernel/source/dir.ts'
import { miniTarball, recordingContext } from '../fixtures/mini-tree.ts'

void test('a directory is copied as it is now, without build products, and never written to', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const { tree } = await miniTarball(directory)
  // The last lines are Debian's, and would hide everything.
  await writeFile(path.join(tree, '.gitignore'), '*.o\n/*\n!/debian/\n')
  await writeFile(path.join(tree, '.config'), 'CONFIG_OLD=y\n')
  await writeFile(path.join(tree, 'vmlinux'), 'old')
  await writeFile(path.join(tree, 'virt/gmem.o'), 'old')
  await symlink('virt', path.join(tree, 'link'))
  const before = await readdir(tree, { recursive: true })

  const first = await obtainDir(tree, context)
  const copy = path.join(context.cache, 'sources', first.directory, 'tree')
  t.strictSame((await readdir(copy)).toSorted(), ['Kbuild', 'Kconfig', 'Makefile', 'link', 'virt'])
  t.strictSame((await readdir(path.join(copy, 'virt'))).toSorted(), ['gmem.c', 'other.c'])
  t.strictSame(await identifyDir(tree, context), first)
  t.strictSame(await readdir(tree, { recursive: true }), before)

  const { ino } = await stat(path.join(copy, 'virt/other.c'))
  await writeFile(path.join(tree, 'virt/gmem.c'), 'int changed;\n')
  await chmod(path.join(tree, 'Kbuild'), 0o755)
  await rm(path.join(tree, 'Kconfig'))
  const second = await obtainDir(tree, context)
  t.not(second.content, first.content)
  t.equal(await readFile(path.join(copy, 'virt/gmem.c'), 'utf8'), 'int changed;\n')
  t.equal((await stat(path.join(copy, 'Kbuild'))).mode & 0o111, 0o111)
  t.notOk((await readdir(copy)).includes('Kconfig'))
  t.equal((await stat(path.join(copy, 'virt/other.c'))).ino, ino, 'what did not change is not copied')
})

void test('in a repository, tracked and untracked files count', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const { tree } = await miniTarball(directory)
  const git = (...args: string[]): Buffer => execFileSync('git', ['-C', tree, ...args])
  git('init', '-q')
  git('add', '.')
  const first = await identifyDir(tree, context)
  await writeFile(path.join(tree, 'virt/new.c'), 'int new;\n')
  t.not((await identifyDir(tree, context)).content, first.content)
  await rm(path.join(tree, 'virt/new.c'))
  t.equal((await identifyDir(tree, context)).content, first.content)
})

void test('rules that hide the source are an error, not an empty tree', async (t) => {
  const directory = t.testdir()
  const { tree } = await miniTarball(directory)
  await writeFile(path.join(tree, 'virt/.gitignore'), '*\n')
  const context = recordingContext(path.join(directory, 'cache'))
  const { content } = await identifyDir(tree, context)
  await rm(path.join(tree, 'virt/.gitignore'))
  t.not((await identifyDir(tree, context)).content, content)
  await rm(path.join(tree, 'Makefile'))
  await t.rejects(identifyDir(tree, context), { code: 'SOURCE_MISSING' })
})

void test('a directory that is no kernel tree', async (t) => {
  await t.rejects(identifyDir(t.testdir(), recordingContext(t.testdirName)), {
    code: 'SOURCE_MISSING',
    message: /is not a kernel tree/,
  })
})
