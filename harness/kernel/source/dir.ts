// Source from a directory in which a developer works. The directory is only read; builds use a copy of its state.
import { createHash } from 'node:crypto'
import { constants, existsSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { bytePath, textOfName } from '../../base/byte-name.ts'
import { InfraError, UsageError } from '../../base/errors.ts'
import { fieldsOf } from '../../base/has-shape.ts'
import { exists, isMissing, readJson, sweep, writeWhole } from '../../cache/atomic-file.ts'
import { sha256 } from '../../cache/hash.ts'
import { requireSpace } from '../../cache/space.ts'
import { shellWord } from '../../process/child.ts'
import type { BuildContext } from '../provide-progress.ts'
import { contentsOf, indexDir, linkWord, stateOf, type DirIndex } from './dir-index.ts'
import { listTree } from './listing.ts'
import { discardTree, lockSource, sourceHome, stampTree, unstampTree, untouchedFiles } from './pristine.ts'
import type { SourceIdentity } from './pristine.ts'
import { parentOf, removeNames } from './tree-files.ts'

function directoryOf(root: string): string {
  return `dir-${sha256(Buffer.from(root)).slice(0, 24)}`
}

/**
 * Hashes the tree. It reads only files that changed since the last time, which takes a second or two, and says so.
 * @throws {UsageError} SOURCE_MISSING when the directory is no kernel tree
 * @throws {InfraError} TREE_UNREADABLE, SOURCE_CHANGING
 */
export async function identifyDir(root: string, context: BuildContext): Promise<SourceIdentity> {
  const index = await indexOf(root, context)
  context.progress({ type: 'notice', message: await summaryOf(root, index) })
  return identityOf(root, index)
}

function identityOf(root: string, { files }: DirIndex): SourceIdentity {
  const hash = createHash('sha256')
  for (const [name, { content }] of files) hash.update(Buffer.from(`${name}\0${content}\n`, 'latin1'))
  const content = hash.digest('hex')
  return {
    kind: 'dir',
    content: `dir ${content}`,
    version: `${root} (${content.slice(0, 12)})`,
    directory: directoryOf(root),
    facts: { path: root, 'content sha256': content },
    repeat: [`cp -a ${shellWord(root)} linux && make -C linux mrproper`],
  }
}

/** Says whether the source has changed, how many files were read, and which links lead to files that were not compared. */
async function summaryOf(root: string, { files, read, since }: DirIndex): Promise<string> {
  const state = since === undefined ? 'new or changed' : `unchanged since ${shownTime(new Date(since))}`
  const summary = `source dir ${root}: ${state}, ${read} of ${files.size} files read`
  const outside: string[] = []
  for (const [name, { content }] of files) {
    if (content.startsWith(`${linkWord}/`) && (await exists(content.slice(linkWord.length))))
      outside.push(textOfName(name))
  }
  const [first] = outside
  if (first === undefined) return summary
  const others = outside.length === 1 ? '' : ` and ${outside.length - 1} more`
  return `${summary}; changes behind the links that lead out of it are not noticed: ${first}${others}`
}

/** Returns a time of day of this computer, with the day unless that is today. */
function shownTime(time: Date): string {
  const [day, clock] = [time.toLocaleDateString('sv'), time.toLocaleTimeString('sv').slice(0, 5)]
  return day === new Date().toLocaleDateString('sv') ? clock : `${day} ${clock}`
}

/**
 * Updates the copy in the cache to the present state of the directory.
 * @throws {UsageError} SOURCE_MISSING
 * @throws {InfraError} TREE_UNREADABLE, NO_SPACE, SOURCE_CHANGING when another program writes to the directory meanwhile
 */
export async function obtainDir(root: string, context: BuildContext): Promise<SourceIdentity> {
  const directory = directoryOf(root)
  await using lock = await lockSource(context, directory)
  void lock
  const index = await indexOf(root, context)
  const home = sourceHome(context.cache, directory)
  await sweep(path.dirname(home))
  const isIntact = (await untouchedFiles(context, directory)) !== undefined
  if (!isIntact) await discardTree(context.cache, directory)
  const tree = path.join(home, 'tree')
  await mkdir(tree, { recursive: true })
  const memory = path.join(home, 'copy.json')
  const copied = isIntact ? await readCopy(memory) : new Map<string, string>()
  const changed = [...index.files].filter(([name, { content }]) => copied.get(name) !== content).map(([name]) => name)
  const gone = Array.from(copied.keys()).filter((name) => !index.files.has(name))
  context.progress({ type: 'phase', phase: 'source', detail: `copying ${changed.length} files of ${root}` })
  await requireSpaceFor(changed, root, index, tree)
  await unstampTree(home)
  // The changed ones too: the trees of builds have hard links to them, and a new file with a new time tells the two apart.
  await removeNames(tree, [...gone, ...changed.filter((name) => copied.has(name))])
  await copyFiles(changed, root, tree, index, context.signal)
  await requireUnchanged(changed, root, tree, index, context)
  await writeWhole(memory, JSON.stringify(Array.from(index.files, ([name, { content }]) => [name, content])))
  const identity = identityOf(root, index)
  await stampTree(home, context.signal, identity.content)
  return identity
}

async function readCopy(file: string): Promise<Map<string, string>> {
  const pairs = fieldsOf(await readJson(file), { 0: 'string', 1: 'string' })
  return new Map(pairs.map(([, { 0: name, 1: content }]) => [name, content]))
}

const block = 4096

async function requireSpaceFor(names: readonly string[], root: string, index: DirIndex, tree: string): Promise<void> {
  const sizes = names.map((name) => ({ name, size: Number(index.entries.get(name)?.size) }))
  const [largest] = sizes.toSorted((a, b) => b.size - a.size)
  if (largest === undefined) return
  const needed = sizes.reduce((sum, { size }) => sum + Math.ceil(size / block) * block, 0)
  const what = `a copy of ${root}, whose largest file is ${textOfName(largest.name)},`
  await requireSpace(tree, needed, what)
}

/** How many files are copied at the same time: the threads of Node. */
const copiers = 4

/**
 * Copies files and links to a tree that has none of these names. This process writes them all itself: a program that does
 * it would go on for a while after the end of this process, and write to the tree of the next one.
 */
async function copyFiles(
  names: readonly string[],
  root: string,
  tree: string,
  index: DirIndex,
  signal: AbortSignal,
): Promise<void> {
  for (const directory of new Set(names.map(parentOf))) await mkdir(bytePath(tree, directory), { recursive: true })
  const rest = names.values()
  const copyRest = async (): Promise<void> => {
    for (const name of rest) {
      signal.throwIfAborted()
      const content = index.files.get(name)?.content ?? ''
      if (content.startsWith(linkWord)) {
        await symlink(Buffer.from(content.slice(linkWord.length), 'latin1'), bytePath(tree, name))
      } else await copyOne(name, root, tree, index)
    }
  }
  // All of them end before the first error is thrown and the lock is released.
  const ends = await Promise.allSettled(Array.from({ length: copiers }, copyRest))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function copyOne(name: string, root: string, tree: string, index: DirIndex): Promise<void> {
  const to = bytePath(tree, name)
  const how = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL
  await copyFile(bytePath(root, name), to, how).catch((error: unknown) => {
    throw isMissing(error) ? changing(root, name, error) : error
  })
  // The permissions that git knows. A read-only file of the developer would be in the way of the next update.
  const mode = index.files.get(name)?.content.startsWith('755') === true ? '755' : '644'
  if (index.entries.get(name)?.mode !== mode) await chmod(to, Number(`0o${mode}`))
}

/** Makes sure that the copied files have not changed since they were hashed. */
async function requireUnchanged(
  names: readonly string[],
  root: string,
  tree: string,
  index: DirIndex,
  context: BuildContext,
): Promise<void> {
  const now = await listTree(root, context.signal)
  const changed = names.find((name) => stateOf(now.get(name)) !== index.files.get(name)?.state)
  if (changed !== undefined) throw changing(root, changed)
  const unsettled = names.filter((name) => index.unsettled.has(name))
  const copies = await contentsOf(tree, unsettled, index.entries, context)
  const other = unsettled.find((name) => copies.get(name) !== index.files.get(name)?.content)
  if (other !== undefined) throw changing(root, other)
}

function changing(root: string, name: string, cause?: unknown): InfraError {
  return new InfraError('SOURCE_CHANGING', `${path.join(root, textOfName(name))} changed while it was being copied`, {
    cause,
    hint: 'run the same command again once no program writes to the tree',
  })
}

/**
 * Makes sure that a directory is a kernel tree, by two of its files.
 * @throws {UsageError} SOURCE_MISSING
 */
export function requireTree(root: string): void {
  const status = statSync(root, { throwIfNoEntry: false })
  const files = ['Kbuild', 'Makefile']
  if (status?.isDirectory() === true && files.every((name) => existsSync(path.join(root, name)))) return
  const problem =
    status === undefined
      ? `there is no directory ${root}`
      : `${root} is not ${status.isDirectory() ? 'a kernel tree: it has no Kbuild and Makefile' : 'a directory'}`
  throw new UsageError('SOURCE_MISSING', problem, {
    hint: 'give dir: the top directory of a Linux source tree; a relative path begins at the directory of the definition',
  })
}

async function indexOf(root: string, context: BuildContext): Promise<DirIndex> {
  requireTree(root)
  const memory = sourceHome(context.cache, `${directoryOf(root)}-index.json`)
  const index = await indexDir(root, memory, context)
  if (index.files.has('Kbuild') && index.files.has('Makefile')) return index
  throw new InfraError('TREE_UNREADABLE', `git finds no source in ${root}`, {
    hint: `look at ${path.join(root, '.gitignore')}: it must not hide Kbuild and Makefile`,
  })
}
