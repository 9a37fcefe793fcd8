import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { discardTree, makeTree, sourceHome } from '../../../../harness/kernel/source/pristine.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'

void test('an archive may have any permissions: its user can write to the tree', async (t) => {
  const context = recordingContext(path.join(t.testdir(), 'cache'))
  await makeTree(context, 'any', async (tree) => {
    await mkdir(path.join(tree, 'closed/deep'), { recursive: true })
    await writeFile(path.join(tree, 'closed/deep/a'), 'a')
    await chmod(path.join(tree, 'closed/deep/a'), 0o044)
    await writeFile(path.join(tree, 'closed/program'), '', { mode: 0o555 })
    await chmod(path.join(tree, 'closed/deep'), 0o500)
    await chmod(path.join(tree, 'closed'), 0o000)
  })
  const tree = path.join(sourceHome(context.cache, 'any'), 'tree')
  const modes = ['closed', 'closed/deep', 'closed/deep/a', 'closed/program'].map(async (name) => {
    return ((await stat(path.join(tree, name))).mode & 0o777).toString(8)
  })
  t.strictSame(await Promise.all(modes), ['700', '700', '644', '755'])
  t.equal(await readFile(path.join(tree, 'closed/deep/a'), 'utf8'), 'a')
  await discardTree(context.cache, 'any')
  t.strictSame(await readdir(path.join(context.cache, 'sources')), [])
})
