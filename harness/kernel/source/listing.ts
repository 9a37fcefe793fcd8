// What files a tree has, as the file system sees them: cheap enough to be done before each build.
import { createHash } from 'node:crypto'
import { InfraError } from '../../base/errors.ts'
import { succeed } from '../command.ts'

/** A file or a symbolic link of a tree. */
export interface Entry {
  readonly inode: string
  readonly size: string
  /** Modification time, with all digits that the file system has. */
  readonly time: string
  /** Status change time: nobody can set it, but a new hard link changes it. */
  readonly change: string
  /** Octal permissions. */
  readonly mode: string
  /** As find(1) has it: f, l, … */
  readonly type: string
}

/** The output of the builds of a tree lies in it, so that all paths of a build are relative; no source has this name. */
export const objectsName = 'gmemtest-objects'

const pruned = [objectsName, '.git'].flatMap((name) => ['-path', `./${name}`, '-prune', '-o'])

/**
 * The files of a tree by relative path; directories, git's own files and the build's output are left out.
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
    const [inode, size, time, change, mode, type, ...name] = line.split(' ')
    if (inode === undefined || size === undefined || time === undefined) continue
    if (change === undefined || mode === undefined || type === undefined) continue
    entries.set(name.join(' '), { inode, size, time, change, mode, type })
  }
  return entries
}

/** One value for the state of a tree: it changes when any file in it was written to. */
export function fingerprint(entries: ReadonlyMap<string, Entry>): string {
  const hash = createHash('sha256')
  for (const name of [...entries.keys()].toSorted()) {
    const entry = entries.get(name)
    if (entry !== undefined) hash.update(`${name}\0${entry.size} ${entry.time} ${entry.mode} ${entry.type}\n`)
  }
  return hash.digest('hex')
}
