import { execFileSync } from 'node:child_process'
import { link, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises'
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
    ['c', 'a', 'sub/new'],
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

/** States of the same names: a file with its content, a link (`-> TARGET`), or a removed one. */
const states: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  'the source': {},
  'a directory becomes a file': { 'sub/b': undefined, 'sub/deep/c': undefined, sub: 'file\n' },
  'a directory becomes a link out of the tree': { 'sub/b': undefined, 'sub/deep/c': undefined, sub: '-> ../outside' },
  'a directory becomes a link to another one, which has the same name in it': {
    'sub/b': undefined,
    'sub/deep/c': undefined,
    sub: '-> other',
    'other/b': 'other b\n',
  },
  'a file becomes a directory': { a: undefined, 'a/b/c': 'c\n' },
  'a file becomes a link': { a: '-> sub/b' },
  'a link becomes a file': { link: 'file\n' },
  'a link becomes a directory': { link: undefined, 'link/b': 'b\n' },
  'a link to a directory becomes a directory': { 'to-sub': undefined, 'to-sub/b': 'another b\n' },
  'a directory loses all of its files': { 'sub/b': undefined, 'sub/deep/c': undefined },
  'a name of 255 bytes, and names of other characters': {
    ['n'.repeat(255)]: 'n\n',
    'd/caf\u{c3}\u{a9}': 'utf-8\n',
    '\u{ff}\n"': 'latin-1\n',
  },
}

void test('the kept tree follows from each state to each other one', async (t) => {
  const directory = t.testdir({ outside: { b: 'outside\n' }, patched: {}, trees: {} })
  const pristine = await pristineIn(directory, ['a', 'sub/b'])
  await mkdir(path.join(pristine, 'sub/deep'))
  await mkdir(path.join(pristine, 'empty'))
  await writeFile(path.join(pristine, 'sub/deep/c'), 'c\n')
  await symlink('a', path.join(pristine, 'link'))
  await symlink('sub', path.join(pristine, 'to-sub'))
  const files = await listTree(pristine, signal)
  const overlays = new Map<string, Map<string, string | undefined>>()
  for (const [state, changes] of Object.entries(states)) {
    const overlay = new Map<string, string | undefined>()
    for (const [name, content] of Object.entries(changes)) {
      const file = path.join(directory, 'patched', `${overlays.size}-${overlay.size}`)
      if (content?.startsWith('-> ') === true) await symlink(content.slice(3), file)
      else if (content !== undefined) await writeFile(file, content)
      overlay.set(name, content === undefined ? undefined : file)
    }
    overlays.set(state, overlay)
  }
  const update = (tree: string, overlay: Map<string, string | undefined>): Promise<string[]> =>
    updateTree(path.join(directory, 'trees', tree), { pristine, files, overlay }, signal)
  const seen = async (tree: string): Promise<string> => {
    const script = `cd "$0" && find . -mindepth 1 -printf '%P %y %l\\n' | sort && find . -type f -print0 | sort -z | xargs -0 cat`
    return execFileSync('sh', ['-c', script, path.join(directory, 'trees', tree)], { encoding: 'latin1' })
  }
  const wanted = new Map<string, string>()
  for (const [index, [state, overlay]] of [...overlays].entries()) {
    await update(`fresh${index}`, overlay)
    wanted.set(state, await seen(`fresh${index}`))
  }
  t.equal(new Set(wanted.values()).size, overlays.size, 'the states differ')
  for (const [before, first] of overlays) {
    for (const [after, second] of overlays) {
      await update('kept', first)
      await update('kept', second)
      t.equal(await seen('kept'), wanted.get(after), `from "${before}" to "${after}"`)
      t.strictSame(await update('kept', second), [], 'and nothing more to do')
    }
  }
  t.equal(await readFile(path.join(directory, 'outside/b'), 'utf8'), 'outside\n')
  t.equal(await readFile(path.join(pristine, 'sub/b'), 'utf8'), 'sub/b\n')
})
