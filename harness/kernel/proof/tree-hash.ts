// The git tree hash of a source with a series applied: the same as `git rev-parse HEAD^{tree}` after `git am`.
import { copyFile, lstat, mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { exists } from '../../cache/atomic-file.ts'
import { makeWhole } from '../../cache/whole-directory.ts'
import { lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import type { Overlay } from '../series/apply.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import type { Entry } from '../source/listing.ts'
import { sourceHome, treeOf, type SourceIdentity } from '../source/pristine.ts'

/** The hashes of a source before and after its series. */
export interface TreeHashes {
  readonly source: string
  readonly patched: string
}

/**
 * Computes the tree hashes. The index of the source stays beside it, so that only files that are new in the cache are read. Call
 * it with the lock of the source held. `scratch` is a directory for the index of the patched tree.
 */
export async function treeHashes(
  identity: SourceIdentity,
  files: ReadonlyMap<string, Entry>,
  overlay: Overlay,
  scratch: string,
  { cache, signal }: BuildContext,
): Promise<TreeHashes> {
  const home = sourceHome(cache, identity.directory)
  const tree = treeOf(cache, identity)
  // git writes the trees of the source into the repository, and remembers them in the index: the next time it needs none.
  const [repository, kept, index] = [path.join(home, 'hash.git'), path.join(home, 'index'), path.join(scratch, 'index')]
  const git: Git = async (args, input) =>
    succeed(
      'git',
      [`--git-dir=${repository}`, `--work-tree=${tree}`, ...args],
      {
        signal,
        stage: 'hashing the source',
        cwd: tree,
        env: { ...gitEnvironment, GIT_INDEX_FILE: index },
        ...(input === undefined ? {} : { input: Buffer.from(input, 'latin1') }),
      },
      (result) => new InfraError('GIT_FAILED', 'git cannot hash the source', { tail: lastLines(result, 3) }),
    )
  await mkdir(scratch, { recursive: true })
  if (!(await exists(repository))) await makeWhole(repository, (aside) => makeRepository(aside, signal))
  await copyFile(kept, index).catch(() => undefined)
  const names = Array.from(files).flatMap(([name, { type }]) => (type === 'd' ? [] : [`${name}\0`]))
  await git(['update-index', '--add', '--remove', '--info-only', '-z', '--stdin'], names.join(''))
  const known = (await git(['ls-files', '-z'])).split('\0')
  const gone = known.filter((name) => name !== '' && !files.has(Buffer.from(name).toString('latin1')))
  if (gone.length > 0)
    await git(['update-index', '--force-remove', '-z', '--stdin'], Buffer.from(gone.join('\0')).toString('latin1'))
  const source = (await git(['write-tree', '--missing-ok'])).trim()
  await copyFile(index, kept)
  const hashes = await hashesOf(overlay, git)
  const lines: string[] = []
  for (const [name, file] of overlay) {
    const entry = file === undefined ? undefined : `${await modeOf(file)} ${hashes.get(file) ?? ''}`
    lines.push(entry === undefined ? `0 ${'0'.repeat(40)}\t${name}\0` : `${entry}\t${name}\0`)
  }
  // First the removed names: a file may take the place of a directory.
  const ordered = lines.toSorted((left, right) => Number(right.startsWith('0 ')) - Number(left.startsWith('0 ')))
  await git(['update-index', '-z', '--index-info'], Buffer.from(ordered.join('')).toString('latin1'))
  return { source, patched: (await git(['write-tree', '--missing-ok'])).trim() }
}

async function makeRepository(directory: string, signal: AbortSignal): Promise<void> {
  await succeed(
    'git',
    ['init', '--quiet', '--bare', '--template=', directory],
    { signal, stage: 'hashing the source', env: gitEnvironment },
    (result) => new InfraError('GIT_FAILED', 'git cannot make a repository', { tail: lastLines(result, 3) }),
  )
  // The bytes of the files count, and no attribute in the tree.
  await mkdir(path.join(directory, 'info'), { recursive: true })
  await writeFile(path.join(directory, 'info/attributes'), '* -text -filter -ident -working-tree-encoding\n')
}

type Git = (args: readonly string[], input?: string) => Promise<string>

/** Returns the hash of each file or link: of files by one command, unless git cannot read their names as lines. */
async function hashesOf(overlay: Overlay, git: Git): Promise<ReadonlyMap<string, string>> {
  const files = [...overlay.values()].filter((file) => file !== undefined)
  const kinds = await Promise.all(files.map(async (file) => (await lstat(file)).isSymbolicLink()))
  const plain = files.filter((file, index) => kinds[index] === false && !/["\n]/.test(file))
  const listed = await git(
    ['hash-object', '--no-filters', '--stdin-paths'],
    Buffer.from(plain.map((file) => `${file}\n`).join('')).toString('latin1'),
  )
  const hashes = new Map(listed.split('\n').flatMap((hash, index) => (hash === '' ? [] : [[plain[index] ?? '', hash]])))
  for (const [index, file] of files.entries()) {
    if (hashes.has(file)) continue
    const content = kinds[index] === true ? Buffer.from(await readlink(file)) : await readFile(file)
    hashes.set(file, (await git(['hash-object', '--no-filters', '--stdin'], content.toString('latin1'))).trim())
  }
  return hashes
}

/** Returns the mode of a file as `git update-index --index-info` reads it. */
async function modeOf(file: string): Promise<string> {
  const status = await lstat(file)
  if (status.isSymbolicLink()) return '120000'
  return (status.mode & 0o100) === 0 ? '100644' : '100755'
}
