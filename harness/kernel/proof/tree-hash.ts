// The git tree hash of a source with a series applied: the same as `git rev-parse HEAD^{tree}` after `git am`.
import { lstat, mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { copyFile } from 'node:fs/promises'
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
 * it with the lock of the source held. `scratch` is a directory for the objects of the trees.
 */
export async function treeHashes(
  identity: SourceIdentity,
  files: ReadonlyMap<string, Entry>,
  overlay: Overlay,
  scratch: string,
  { cache, signal }: BuildContext,
): Promise<TreeHashes> {
  const [tree, kept] = [treeOf(cache, identity), path.join(sourceHome(cache, identity.directory), 'index')]
  const [repository, index] = [path.join(scratch, 'hash.git'), path.join(scratch, 'index')]
  const git = async (args: readonly string[], input?: string): Promise<string> =>
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
  await rm(repository, { recursive: true, force: true })
  await succeed(
    'git',
    ['init', '--quiet', '--bare', '--template=', repository],
    { signal, stage: 'hashing the source', env: gitEnvironment },
    (result) => {
      return new InfraError('GIT_FAILED', 'git cannot make a repository', { tail: lastLines(result, 3) })
    },
  )
  // The bytes of the files count, and no attribute in the tree.
  await mkdir(path.join(repository, 'info'), { recursive: true })
  await writeFile(path.join(repository, 'info/attributes'), '* -text -filter -ident -working-tree-encoding\n')
  await copyFile(kept, index).catch(() => undefined)
  const names = Array.from(files).flatMap(([name, { type }]) => (type === 'd' ? [] : [`${name}\0`]))
  await git(['update-index', '--add', '--remove', '--info-only', '-z', '--stdin'], names.join(''))
  const known = (await git(['ls-files', '-z'])).split('\0')
  const gone = known.filter((name) => name !== '' && !files.has(Buffer.from(name).toString('latin1')))
  if (gone.length > 0)
    await git(['update-index', '--force-remove', '-z', '--stdin'], Buffer.from(gone.join('\0')).toString('latin1'))
  await copyFile(index, kept)
  const source = (await git(['write-tree', '--missing-ok'])).trim()
  const lines: string[] = []
  for (const [name, file] of overlay) {
    const entry = file === undefined ? undefined : await entryOf(file, git)
    lines.push(entry === undefined ? `0 ${'0'.repeat(40)}\t${name}\0` : `${entry}\t${name}\0`)
  }
  // First the removed names: a file may take the place of a directory.
  const ordered = lines.toSorted((left, right) => Number(right.startsWith('0 ')) - Number(left.startsWith('0 ')))
  await git(['update-index', '-z', '--index-info'], Buffer.from(ordered.join('')).toString('latin1'))
  return { source, patched: (await git(['write-tree', '--missing-ok'])).trim() }
}

/** Returns mode and hash of a file as `git update-index --index-info` reads them. */
async function entryOf(
  file: string,
  git: (args: readonly string[], input?: string) => Promise<string>,
): Promise<string> {
  const status = await lstat(file)
  const content = status.isSymbolicLink() ? Buffer.from(await readlink(file)) : await readFile(file)
  const hash = await git(['hash-object', '--no-filters', '--stdin'], content.toString('latin1'))
  const mode = status.isSymbolicLink() ? '120000' : (status.mode & 0o100) === 0 ? '100644' : '100755'
  return `${mode} ${hash.trim()}`
}
