// Ranges of commits: what the commits change, whatever the settings say; nothing is written to their repository.
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type Test } from 'tap'
import type { SeriesPart } from '../../../../harness/kernel/definition/definition.ts'
import { readSeries } from '../../../../harness/kernel/series.ts'
import { noticesOf, recordingContext } from '../fixtures/mini-tree.ts'
import { git, SeriesTree } from '../fixtures/series-tree.ts'

function rangeOf(repository: string, range: string): SeriesPart {
  return { kind: 'git', name: range, repository, range }
}

function commit(repository: string, files: Readonly<Record<string, string>>, message: string): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(repository, name), text, 'latin1')
  git(repository, 'add', '-A')
  git(repository, 'commit', '-q', '--allow-empty', '-m', message)
  return git(repository, 'rev-parse', 'HEAD')
}

const diffInMessage = ['x', '', 'diff --git a/bad b/bad', '--- /dev/null', '+++ b/bad', '@@ -0,0 +1 @@', '+bad'].join(
  '\n',
)

/** A branch of commits that are hard to send as mails; its tree hash is the right one. */
function branchIn(tree: SeriesTree): string {
  const { repository } = tree
  git(repository, 'checkout', '-q', '-b', 'topic')
  commit(repository, {}, 'cover letter of b4\n\n--- b4-submit-tracking ---\n{}')
  commit(repository, { 'virt/gmem.c': 'int gmem;\r\n', bytes: '\u00e9 \u0000\u0001\n' }, diffInMessage)
  git(repository, 'mv', 'virt/other.c', 'virt/moved to.c')
  symlinkSync('gmem.c', path.join(repository, 'virt/link'))
  commit(repository, { 'virt/gmem.c': 'int gmem;\r\nint more;\n-- \n2\n' }, 'rename, link\n\nFrom here 12:30 2026')
  rmSync(path.join(repository, 'virt/dir'), { recursive: true })
  commit(repository, { 'virt/dir': 'a file\n' }, 'a file for a directory')
  return git(repository, 'rev-parse', 'HEAD^{tree}')
}

void test('a range gives the tree of its tip; an empty commit is told and left out', async (t) => {
  const tree = new SeriesTree(t.testdir())
  const wanted = branchIn(tree)
  t.equal(await tree.gmemtest(rangeOf(tree.repository, 'base..topic')), wanted)
  t.equal(await tree.gmemtest(rangeOf(tree.repository, 'base..')), wanted, 'remembered')

  const context = recordingContext(path.join(t.testdirName, 'other'))
  const patches = await readSeries([rangeOf(tree.repository, 'base..topic')], context)
  t.match(patches, [{ subject: 'x', name: /^[0-9a-f]{12} \("x"\)$/ }, { subject: 'rename, link' }, {}])
  t.equal(patches.length, 3)
  t.match(noticesOf(context.told), [
    /^the commit [0-9a-f]{12} \("cover letter of b4"\) changes nothing and is left out$/,
  ])
})

void test('settings of the repository do not matter', async (t) => {
  const tree = new SeriesTree(t.testdir())
  const wanted = branchIn(tree)
  const { repository } = tree
  for (const [name, value] of Object.entries({
    'diff.noprefix': 'true',
    'diff.mnemonicPrefix': 'true',
    'diff.context': '0',
    'diff.external': '/bin/false',
    'diff.orderFile': '/dev/stdin',
    'diff.renames': 'copies',
    'diff.suppressBlankEmpty': 'true',
    'diff.x.textconv': 'tr a-z A-Z <',
    'diff.x.command': '/bin/false',
    'color.ui': 'always',
    'core.attributesFile': path.join(repository, '.git/info/attributes'),
    'core.abbrev': '4',
    'format.suffix': '.txt',
    'format.outputDirectory': '/nonexistent',
    'core.fsmonitor': '/bin/false',
    'core.quotePath': 'false',
    'i18n.logOutputEncoding': 'latin1',
  })) {
    git(repository, 'config', name, value)
  }
  writeFileSync(path.join(repository, '.git/info/attributes'), '* diff=x\n*.c -diff\n')
  const tip = git(repository, 'rev-parse', 'topic')
  git(repository, 'replace', '--graft', tip)
  t.equal(await tree.gmemtest(rangeOf(repository, 'base..topic')), wanted)
})

const odd: readonly [what: string, range: string, message: RegExp, hint?: RegExp][] = [
  ['a merge', 'base..merged', /has merges: [0-9a-f]{12} \("the merge"\)$/, /rebase/],
  ['both sides', 'side...topic', /has the commits of both sides/, /BASE\.\.topic; .* merge-base side topic/],
  ['no such commit', 'nope..topic', /has no range nope\.\.topic/],
  ['one commit', 'topic..topic', /is empty: both ends are the commit [0-9a-f]{12}$/, /BASE\.\.TIP/],
  ['the ends swapped', 'topic..topic~2', /is empty: its tip is older than its base$/, /first: topic~2\.\.topic$/],
  ['the ends swapped, no left end', '..base', /is empty: its tip is older/, /first: base\.\.HEAD$/],
  ['the ends swapped, no right end', 'topic..', /is empty: its tip is older/, /first: HEAD\.\.topic$/],
  ['a cover letter of b4 alone', 'base..topic~3', /no commit of the range base\.\.topic~3 changes a file/],
  ['another history', 'base..other', /has commits without a parent: [0-9a-f]{12} \("root"\)$/],
  ['an option', 'base..topic --all', /has no range/],
]

void test('ranges that are no line of commits are refused', async (t) => {
  const tree = new SeriesTree(t.testdir())
  const { repository } = tree
  branchIn(tree)
  git(repository, 'checkout', '-q', '-b', 'side', 'base')
  commit(repository, { side: 'x\n' }, 'side')
  git(repository, 'checkout', '-q', '-b', 'merged', 'topic')
  git(repository, 'merge', '-q', '--no-ff', '-m', 'the merge', 'side')
  git(repository, 'checkout', '-q', '--orphan', 'other')
  commit(repository, { x: 'x\n' }, 'root')
  git(repository, 'checkout', '-q', 'topic~1')
  for (const [what, range, message, hint = /./] of odd) {
    await t.rejects(tree.gmemtest(rangeOf(repository, range)), { fault: 'usage', message, hint }, what)
  }
})

function stateOf(repository: string): string[] {
  return readdirSync(path.join(repository, '.git/objects'), { recursive: true, encoding: 'utf8' }).toSorted()
}

async function partialClone(t: Test): Promise<[tree: SeriesTree, wanted: string, clone: string]> {
  const directory = t.testdir()
  const tree = new SeriesTree(directory)
  const wanted = branchIn(tree)
  git(tree.repository, 'config', 'uploadpack.allowFilter', 'true')
  const clone = path.join(directory, 'clone')
  const from = `file://${tree.repository}`
  execFileSync('git', ['clone', '-q', '--no-checkout', '--filter=blob:none', '-b', 'topic', from, clone], {
    stdio: 'pipe',
  })
  return [tree, wanted, clone]
}

void test('a partial clone is read without writing to it', async (t) => {
  const [tree, wanted, clone] = await partialClone(t)
  const before = stateOf(clone)
  t.equal(await tree.gmemtest(rangeOf(clone, 'origin/main..topic')), wanted)
  t.strictSame(stateOf(clone), before)
})

void test('a partial clone whose remote is gone gives a clear error', async (t) => {
  const [tree, , clone] = await partialClone(t)
  git(clone, 'config', 'remote.origin.url', 'file:///nonexistent')
  await t.rejects(tree.gmemtest(rangeOf(clone, 'origin/main..topic')), {
    code: 'SOURCE_UNREACHABLE',
    message: /is a partial clone, and its \d+ missing files cannot be fetched/,
  })
})

void test('a shallow clone has the commits above its end', async (t) => {
  const directory = t.testdir()
  const tree = new SeriesTree(directory)
  const wanted = branchIn(tree)
  const clone = path.join(directory, 'shallow')
  const from = `file://${tree.repository}`
  execFileSync('git', ['clone', '-q', '--depth', '5', '-b', 'topic', from, clone], { stdio: 'pipe' })
  t.equal(await tree.gmemtest(rangeOf(clone, 'HEAD~4..topic')), wanted)
})
