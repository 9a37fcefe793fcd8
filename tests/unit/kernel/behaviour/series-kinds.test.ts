// Patches that make a file of a directory, a link of a file, and back; the work tree follows each series.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import type { SeriesPart } from '../../../../harness/kernel/definition/definition.ts'
import { readSeries } from '../../../../harness/kernel/series.ts'
import { applySeries } from '../../../../harness/kernel/series/apply.ts'
import { listTree } from '../../../../harness/kernel/source/listing.ts'
import { updateTree } from '../../../../harness/kernel/worktree.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'
import { git, pathPart, SeriesTree } from '../fixtures/series-tree.ts'

type Place = (name: string) => string

function write(at: Place, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(name)), { recursive: true })
    writeFileSync(at(name), text)
  }
}

const remove = (at: Place, name: string): void => rmSync(at(name), { recursive: true })

/** Changes of a tree, each on top of the tree before the series. */
const changes: Readonly<Record<string, (at: Place, repository: string) => void>> = {
  'a file for a directory': (at) => {
    remove(at, 'virt/dir')
    write(at, { 'virt/dir': 'a file\n' })
  },
  'a link for a directory': (at) => {
    remove(at, 'virt/dir')
    symlinkSync('../Kbuild', at('virt/dir'))
  },
  'a directory for a file': (at) => {
    remove(at, 'virt/other.c')
    write(at, { 'virt/other.c/deep/x': 'x\n', 'virt/other.c/y': 'y\n' })
  },
  'a directory for a link to one': (at) => {
    remove(at, 'link')
    write(at, { 'link/one': 'other\n' })
  },
  'a link for a file, a file for a link': (at) => {
    remove(at, 'virt/gmem.c')
    symlinkSync('other.c', at('virt/gmem.c'))
    remove(at, 'alias')
    write(at, { alias: 'a file\n' })
  },
  'another target of a link': (at) => {
    remove(at, 'alias')
    symlinkSync('Kbuild', at('alias'))
  },
  'a program': (at) => execFileSync('chmod', ['755', at('virt/gmem.c')]),
  'a submodule': (_at, repository) =>
    void git(repository, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`),
  'empty files': (at) => write(at, { 'virt/empty.c': '', 'virt/gmem.c': '' }),
  'names with blanks and quotes': (at) => write(at, { 'virt/a b': 'x\n', 'virt/"x\t': 'x\n' }),
}

function seriesIn(repository: string, what: string): { range: SeriesPart; tree: string } {
  git(repository, 'checkout', '-q', '-f', '--detach', 'start')
  git(repository, 'clean', '-qfd')
  changes[what]?.((name) => path.join(repository, name), repository)
  if (what !== 'a submodule') git(repository, 'add', '-A')
  git(repository, 'commit', '-q', '-m', what)
  const commit = git(repository, 'rev-parse', 'HEAD')
  return {
    range: { kind: 'git', name: what, repository, range: `start..${commit}` },
    tree: git(repository, 'rev-parse', 'HEAD^{tree}'),
  }
}

void test('the work tree becomes the tree of git, forward, from one series to the next, and back', async (t) => {
  const directory = t.testdir({ pristine: {} })
  const { repository } = new SeriesTree(directory)
  symlinkSync('virt/dir', path.join(repository, 'link'))
  symlinkSync('Makefile', path.join(repository, 'alias'))
  git(repository, 'add', '-A')
  git(repository, 'commit', '-q', '-m', 'start')
  git(repository, 'branch', 'start')
  git(repository, 'checkout', '-q', '--detach')
  const pristine = path.join(directory, 'start')
  git(repository, 'worktree', 'add', '-q', '--detach', pristine, 'start')
  rmSync(path.join(pristine, '.git'))

  const context = recordingContext(path.join(directory, 'cache'))
  const files = await listTree(pristine, context.signal)
  const work = path.join(directory, 'work')
  const treeOfWork = (): string => {
    git(repository, `--work-tree=${work}`, 'add', '-A')
    return git(repository, 'write-tree')
  }
  const start = git(repository, 'rev-parse', 'start^{tree}')
  const bring = async (...parts: SeriesPart[]): Promise<void> => {
    const scratch = path.join(directory, 'scratch')
    rmSync(scratch, { recursive: true, force: true })
    const overlay = await applySeries(await readSeries(parts, context), pristine, scratch, context)
    await updateTree(work, { pristine, files, overlay }, context.signal)
  }
  for (const what of Object.keys(changes)) {
    const { range, tree } = seriesIn(repository, what)
    await bring(range)
    // A submodule is an empty directory, and of no concern to make.
    t.equal(treeOfWork(), what === 'a submodule' ? start : tree, what)
  }
  await bring()
  t.equal(treeOfWork(), start)
})

const header = (name: string, mode = '100644'): string =>
  `diff --git a/${name} b/${name}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+x\n`

for (const [what, diff, message] of [
  ['a file where a directory still has files', header('virt/dir'), /virt\/dir/],
  ['a file behind a link', header('link/x'), /link\/x.* beyond a symbolic link/],
  ['a file behind a file', header('Makefile/x'), /Makefile/],
  ['a file of git', header('.git/config'), /\.git\/config/],
  ['a long name', header('x'.repeat(300)), /File name too long|xxx/],
] as const) {
  void test(`refused as git am refuses it: ${what}`, async (t) => {
    const directory = t.testdir({ 'a.patch': diff })
    const tree = new SeriesTree(directory)
    symlinkSync('virt/dir', path.join(directory, 'pristine/link'))
    const file = path.join(directory, 'a.patch')
    await t.rejects(tree.gmemtest(pathPart(file)), { code: 'PATCH_DOES_NOT_APPLY', message })
  })
}
