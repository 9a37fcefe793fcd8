// Lists the files of a tree with their attributes: cheap enough to do before each build.
import { createHash } from 'node:crypto'
import { textOfName } from '../../base/byte-name.ts'
import { InfraError } from '../../base/errors.ts'
import { lastLines, succeed } from '../command.ts'

/** A file, a symbolic link or an empty directory of a tree. */
export interface Entry {
  readonly inode: string
  readonly size: string
  /** Modification time, with all digits that the file system has. */
  readonly time: string
  /** Status change time: no program can set it, but a new hard link changes it. */
  readonly change: string
  /** Octal permissions. */
  readonly mode: string
  /** The letter of find(1): f, l, d, … */
  readonly type: string
}

/** The directory of a tree for the output of its builds, so that all paths of a build are relative; no source has it. */
export const objectsName = 'gmemtest-objects'

const pruned = [objectsName, '.git'].flatMap((name) => ['-path', `./${name}`, '-prune', '-o'])

/**
 * Lists the files of a tree by relative path, and its empty directories, without git's own files and the output of builds.
 * The paths are byte names (base/byte-name.ts). A file that disappears meanwhile may be missing.
 * @throws {InfraError} TREE_UNREADABLE
 */
export async function listTree(directory: string, signal: AbortSignal): Promise<Map<string, Entry>> {
  const wanted = ['(', '!', '-type', 'd', '-o', '-empty', ')']
  const output = await succeed(
    'find',
    ['.', '-ignore_readdir_race', '-mindepth', '1', ...pruned, ...wanted, '-printf', '%i %s %T@ %C@ %m %y %P\\0'],
    { signal, stage: 'listing the source', cwd: directory, encoding: 'latin1' },
    (result) =>
      new InfraError('TREE_UNREADABLE', `cannot list ${directory}`, {
        tail: lastLines(result, 5).map(textOfName),
        hint: 'make all of its directories readable for this user, or move the others out of the tree',
      }),
  )
  const entries = new Map<string, Entry>()
  for (const line of output.split('\0')) {
    const [inode = '', size = '', time = '', change = '', mode = '', type = '', ...name] = line.split(' ')
    if (name.length > 0) entries.set(name.join(' '), { inode, size, time, change, mode, type })
  }
  return entries
}

/** Returns a value for the state of a tree: it changes when a program writes to any file of the tree. */
export function fingerprint(entries: ReadonlyMap<string, Entry>): string {
  const hash = createHash('sha256')
  const files = [...entries].filter(([, { type }]) => type !== 'd')
  for (const [name, { size, time, mode, type }] of files.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(Buffer.from(`${name}\0${size} ${time} ${mode} ${type}\n`, 'latin1'))
  }
  return hash.digest('hex')
}
