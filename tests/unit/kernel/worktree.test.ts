import { link, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { discardRecent } from '../../../harness/kernel/kernel-tree.ts'
import { listTree } from '../../../harness/kernel/source/listing.ts'
import { updateTree } from '../../../harness/kernel/worktree.ts'

const { signal } = new AbortController()
const longAgo = new Date('2020-01-01')

async function pristineIn(directory: string, names: readonly string[]): Promise<string> {
  const pristine = path.join(directory, 'pristine')
  await mkdir(path.join(pristine, 'sub'), { recursive: true })
  for (const name of names) {
    await writeFile(path.join(pristine, name), `${name}\n`)
    await utimes(path.join(pristine, name), longAgo, longAgo)
  }
  return pristine
}

void test('only files that differ are written, with the present time; those of a removed patch too', async (t) => {
  const directory = t.testdir({ 'new-a': 'patched\n' })
  const pristine = await pristineIn(directory, ['a', 'sub/b', 'c'])
  const tree = path.join(directory, 'tree')
  const files = await listTree(pristine, signal)
  const update = async (overlay: [string, string | undefined][]): Promise<string[]> =>
    updateTree(tree, { pristine, files, overlay: new Map(overlay) }, signal)
  const timeOf = async (name: string): Promise<Date> => (await stat(path.join(tree, name))).mtime

  t.strictSame(await update([]), [])
  t.equal((await stat(path.join(tree, 'a'))).nlink, 2, 'a link to the source')

  const patched = path.join(directory, 'new-a')
  t.strictSame(
    await update([
      ['a', patched],
      ['c', undefined],
      ['sub/new', patched],
    ]),
    ['a', 'sub/new', 'c'],
  )
  t.equal(await readFile(path.join(pristine, 'a'), 'utf8'), 'a\n', 'the source is as it was')
  const time = await timeOf('a')
  t.ok(time > longAgo)
  t.strictSame(
    await update([
      ['a', patched],
      ['c', undefined],
      ['sub/new', patched],
    ]),
    [],
  )
  t.strictSame(await timeOf('a'), time)

  t.strictSame((await update([])).toSorted(), ['a', 'c', 'sub/new'])
  t.equal(await readFile(path.join(tree, 'a'), 'utf8'), 'a\n')
  t.ok((await timeOf('a')) >= time, 'make has to see that it changed back')
  t.strictSame(await timeOf('sub/b'), longAgo)
})

void test('the output of the build in the tree is left alone', async (t) => {
  const directory = t.testdir()
  const pristine = await pristineIn(directory, ['a'])
  const tree = path.join(directory, 'tree')
  const parts = { pristine, files: await listTree(pristine, signal), overlay: new Map<string, string>() }
  await updateTree(tree, parts, signal)
  const object = path.join(tree, 'gmemtest-objects/a.o')
  await mkdir(path.dirname(object))
  await writeFile(object, 'object')
  t.strictSame(await updateTree(tree, parts, signal), [])
  t.ok(await stat(object))
})

void test('after a killed build, the last written files are removed and the others stay', async (t) => {
  const directory = t.testdir({ old: '', late: '', last: '' })
  const times = { old: 1000, late: 1300, last: 1400 }
  for (const [name, time] of Object.entries(times)) await utimes(path.join(directory, name), time, time)
  await link(path.join(directory, 'old'), path.join(directory, 'old-too'))
  await discardRecent(directory, signal)
  t.strictSame([...(await listTree(directory, signal)).keys()].toSorted(), ['old', 'old-too'])
})
