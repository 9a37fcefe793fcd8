// Lists the files of a tree with their attributes: cheap enough to do before each build.
import { createHash } from 'node:crypto'
import { InfraError } from '../../base/errors.ts'
import { succeed } from '../command.ts'

/** A file or a symbolic link of a tree. */
export interface Entry {
  readonly inode: string
  readonly size: string
  /** Modification time, with all digits that the file system has. */
  readonly time: string
  /** Status change time: no program can set it, but a new hard link changes it. */
  readonly change: string
  /** Octal permissions. */
  readonly mode: string
  /** The letter of find(1): f, l, … */
  readonly type: string
}

/** The directory of a tree for the output of its builds, so that all paths of a build are relative; no source has it. */
export const objectsName = 'gmemtest-objects'

const pruned = [objectsName, '.git'].flatMap((name) => ['-path', `./${name}`, '-prune', '-o'])

/**
 * Lists the files of a tree by relative path, without directories, git's own files and the output of builds.
 * @throws {InfraError} TREE_UNREADABLE
 */
export async function listTree(directory: string, signal: AbortSignal): Promise<Map<string, Entry>> {
  const output = await succeed(
    'find',
    ['.', ...pruned, '!', '-type', 'd', '-printf', '%i %s %T@ %C@ %m %y %P\\0'],
    { signal, stage: 'listing the source', cwd: directory },
    (result) => new InfraError('TREE_UNREADABLE', `cannot list ${directory}: ${result.stderr}`),
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
  for (const [name, { size, time, mode, type }] of [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${size} ${time} ${mode} ${type}\n`)
  }
  return hash.digest('hex')
}
