// Everything of this user can be removed, with any permissions and names.
import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { removeTree } from '../../../harness/cache/remove-tree.ts'
import { isPlainUser } from '../fixtures/plain-user.ts'

if (isPlainUser(import.meta.filename)) {
  const { test } = await import('tap')

  void test('a directory with read-only and closed directories, and names that are not UTF-8', async (t) => {
    const root = t.testdir({ a: { b: { c: '' }, closed: { d: '' } }, stays: {} })
    const odd = Buffer.concat([Buffer.from(`${root}/a/`), Buffer.from([0xff, 0xe9])])
    await mkdir(odd)
    await writeFile(Buffer.concat([odd, Buffer.from('/f')]), '')
    await symlink(path.join(root, 'stays'), path.join(root, 'a/link'))
    for (const directory of [odd, path.join(root, 'a/b'), path.join(root, 'a')]) await chmod(directory, 0o555)
    await chmod(path.join(root, 'stays'), 0o500)
    await removeTree(path.join(root, 'a'))
    t.strictSame(await readdir(root), ['stays'])
    await removeTree(path.join(root, 'a'))
    await chmod(path.join(root, 'stays'), 0o700)
  })

  void test('a removal that fails at one directory still goes on at the others meanwhile', async (t) => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${index}`, { b: { c: '' } }]))
    const root = t.testdir({ a: { '0-closed': { b: '' }, many } })
    await chmod(path.join(root, 'a/0-closed'), 0o500)
    await removeTree(path.join(root, 'a'))
    t.strictSame(await readdir(root), [])
  })

  void test('a file', async (t) => {
    const root = t.testdir({ a: '' })
    await removeTree(path.join(root, 'a'))
    t.strictSame(await readdir(root), [])
  })

  void test('what another directory protects stays as it is, and so does the directory behind a link', async (t) => {
    const root = t.testdir({ around: { file: '' }, stays: {} })
    const around = path.join(root, 'around')
    await symlink('../stays', path.join(around, 'link'))
    await chmod(path.join(root, 'stays'), 0o500)
    await chmod(path.join(around, 'file'), 0o400)
    await chmod(around, 0o500)
    for (const name of ['link', 'file']) await t.rejects(removeTree(path.join(around, name)), { code: 'EACCES' }, name)
    await chmod(around, 0o700)
    t.equal((await stat(path.join(root, 'stays'))).mode & 0o777, 0o500)
    t.equal((await stat(path.join(around, 'file'))).mode & 0o777, 0o400)
    await chmod(path.join(root, 'stays'), 0o700)
  })
}
