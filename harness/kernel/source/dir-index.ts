// The contents of a developer's directory. Each file is read once, and again when its inode, size or a time of it changes.
import { readlink } from 'node:fs/promises'
import path from 'node:path'
import { byteName, bytePath, textOfName } from '../../base/byte-name.ts'
import { InfraError } from '../../base/errors.ts'
import { fieldsOf, hasShape } from '../../base/has-shape.ts'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import { sourceFiles } from './dir-files.ts'
import { listTree, type Entry } from './listing.ts'

/** One file: its state tells whether it must be read again. */
interface IndexedFile {
  readonly state: string
  /** Kind, permissions and SHA-256, or the target of a link. */
  readonly content: string
}

/** The source in a directory, by byte names, sorted. */
export interface DirIndex {
  readonly files: ReadonlyMap<string, IndexedFile>
  readonly entries: ReadonlyMap<string, Entry>
  /** How many files were read, because the memory did not have their present state. */
  readonly read: number
  /** When these contents were seen first, in milliseconds; undefined when a file has changed since the last time. */
  readonly since: number | undefined
  /** The files that changed shortly before they were listed: another change may leave their times as they are. */
  readonly unsettled: ReadonlySet<string>
}

/** The content of a link begins with this word; its target follows. */
export const linkWord = 'link '

/** Longer than the steps of the times of files, in milliseconds: two seconds on some file systems. */
const longestStep = 2100

/**
 * Reads the files of a directory that changed since the memory was written, and writes the memory. Several processes may
 * do so at the same time: each writes a whole memory, and a state that is in it always had the content beside it.
 * @throws {InfraError} TREE_UNREADABLE, SOURCE_CHANGING
 */
export async function indexDir(root: string, memory: string, context: BuildContext): Promise<DirIndex> {
  const known = await recallIndex(memory)
  const began = Date.now()
  const entries = await listTree(root, context.signal)
  const names = (await sourceFiles(root, entries, context)).toSorted()
  const changed = names.filter((name) => known.files.get(name)?.state !== stateOf(entries.get(name)))
  const contents = await contentsOf(root, changed, entries, context)
  const files = new Map<string, IndexedFile>()
  for (const name of names) {
    const content = contents.get(name) ?? known.files.get(name)?.content ?? ''
    files.set(name, { state: stateOf(entries.get(name)), content })
  }
  const isSame =
    files.size === known.files.size &&
    changed.every((name) => known.files.get(name)?.content === files.get(name)?.content)
  const unsettled = new Set(names.filter((name) => Number(entries.get(name)?.change) * 1000 > began - longestStep))
  const since = isSame ? known.since : undefined
  if (changed.length > 0 || !isSame) await rememberIndex(memory, files, unsettled, since ?? began)
  return { files, entries, read: changed.length, since, unsettled }
}

/** Returns what tells one state of a file from another; no state of a file that is missing is equal to that of a file. */
export function stateOf(entry: Entry | undefined): string {
  return entry === undefined ? '' : `${entry.inode} ${entry.size} ${entry.time} ${entry.change}`
}

async function recallIndex(memory: string): Promise<{ since: number; files: ReadonlyMap<string, IndexedFile> }> {
  const known = await readJson(memory)
  if (!hasShape(known, { since: 'number', files: 'object' })) return { since: 0, files: new Map() }
  return { since: known.since, files: new Map(fieldsOf(known.files, { state: 'string', content: 'string' })) }
}

/** Writes the memory. A file that changed just now is read again next time, as git does it with its index. */
async function rememberIndex(
  memory: string,
  files: DirIndex['files'],
  unsettled: DirIndex['unsettled'],
  since: number,
): Promise<void> {
  const settled = Array.from(
    files,
    ([name, file]) => [name, unsettled.has(name) ? { ...file, state: '' } : file] as const,
  )
  await rememberJson(memory, { since, files: Object.fromEntries(settled) })
}

/**
 * Returns kind, permissions and hash of each file.
 * @throws {InfraError} TREE_UNREADABLE, SOURCE_CHANGING
 */
export async function contentsOf(
  root: string,
  names: readonly string[],
  entries: ReadonlyMap<string, Entry>,
  context: BuildContext,
): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  const files = names.filter((name) => entries.get(name)?.type === 'f')
  for (const line of (await hashes(root, files, context)).split('\0')) {
    const name = line.slice(66)
    const isProgram = (Number(`0o${entries.get(name)?.mode}`) & 0o100) !== 0
    if (name !== '') contents.set(name, `${isProgram ? '755' : '644'} ${line.slice(0, 64)}`)
  }
  for (const name of names.filter((candidate) => entries.get(candidate)?.type === 'l')) {
    contents.set(name, `${linkWord}${await targetOf(root, name)}`)
  }
  const unread = names.find((name) => !contents.has(name))
  if (unread === undefined) return contents
  throw new InfraError('TREE_UNREADABLE', `${path.join(root, textOfName(unread))} is neither a file nor a link`, {
    hint: 'remove it, or name it in .gitignore',
  })
}

/** To read more of them may take minutes on a slow disk. */
const manyFiles = 5000

/** Runs sha256sum on many files, as few times as the length of a command line allows. */
async function hashes(root: string, names: readonly string[], { signal, progress }: BuildContext): Promise<string> {
  if (names.length === 0) return ''
  if (names.length > manyFiles) {
    progress({ type: 'phase', phase: 'source', detail: `reading ${names.length} files of ${root}` })
  }
  const input = Buffer.from(names.join('\0'), 'latin1')
  const options = { signal, cwd: root, stage: 'reading the source', input, encoding: 'latin1' as const }
  return succeed('xargs', ['--null', 'sha256sum', '--zero', '--'], options, (result) => unreadable(root, result))
}

function unreadable(root: string, result: CommandResult): InfraError {
  const tail = lastLines(result, 5).map(textOfName)
  if (tail.every((line) => line.endsWith('No such file or directory'))) {
    return new InfraError('SOURCE_CHANGING', `files of ${root} disappeared while they were being read`, {
      tail,
      hint: 'run the same command again once no program writes to the tree',
    })
  }
  return new InfraError('TREE_UNREADABLE', `cannot read ${root}`, {
    tail,
    hint: 'make the files readable for this user, or name them in .gitignore',
  })
}

/**
 * Returns the target of a link for the copy of the tree, in bytes: relative when it is in the tree, so that the copy does
 * not read the original, and absolute when it is not.
 */
async function targetOf(root: string, name: string): Promise<string> {
  const target = await readlink(bytePath(root, name), 'latin1')
  const top = byteName(root)
  const around = path.join(top, path.dirname(name))
  const full = path.resolve(around, target)
  const isInside = full === top || full.startsWith(`${top}/`)
  if (isInside) return path.isAbsolute(target) ? path.relative(around, full) : target
  return full
}
