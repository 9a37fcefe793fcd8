// Source from a directory in which a developer works. The directory is only read; builds use a copy of its state.
import { createHash } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { mkdir, readlink, rm } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { fieldsOf } from '../../base/has-shape.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { lastLines, succeed } from '../command.ts'
import { readJson, writeWhole } from '../../cache/atomic-file.ts'
import { sha256 } from '../../cache/hash.ts'
import type { BuildContext } from '../provide-progress.ts'
import { requireSpace } from '../../cache/space.ts'
import { gitEnvironment } from './git-environment.ts'
import { listTree, type Entry } from './listing.ts'
import { discardTree, lockSource, sourceHome, stampTree, unstampTree, untouchedFiles } from './pristine.ts'
import type { SourceIdentity } from './pristine.ts'

/** One file: its size and times tell whether it must be read again. */
interface Known {
  readonly state: string
  readonly content: string
}

type Index = Record<string, Known>

function directoryOf(root: string): string {
  return `dir-${sha256(root).slice(0, 24)}`
}

/**
 * Hashes the tree. It reads only files that changed since the last time, which takes a second or two.
 * @throws {UsageError} SOURCE_MISSING when the directory is no kernel tree
 */
export async function identifyDir(root: string, context: BuildContext): Promise<SourceIdentity> {
  return identityOf(root, await indexOf(root, context))
}

function identityOf(root: string, index: Index): SourceIdentity {
  const hash = createHash('sha256')
  for (const name of Object.keys(index).toSorted()) hash.update(`${name}\0${index[name]?.content}\n`)
  const content = hash.digest('hex')
  return {
    kind: 'dir',
    content: `dir ${content}`,
    version: `${root} (${content.slice(0, 12)})`,
    directory: directoryOf(root),
    facts: { path: root, 'content sha256': content },
    repeat: [`cp -a '${root}' linux && make -C linux mrproper`],
  }
}

/**
 * Updates the copy in the cache to the present state of the directory.
 * @throws {InfraError} SOURCE_CHANGING when another program writes to the directory meanwhile
 */
export async function obtainDir(root: string, context: BuildContext): Promise<SourceIdentity> {
  const directory = directoryOf(root)
  await using lock = await lockSource(context, directory)
  void lock
  const index = await indexOf(root, context)
  const home = sourceHome(context.cache, directory)
  const tree = path.join(home, 'tree')
  const copyFile = path.join(home, 'copy.json')
  const isIntact = (await untouchedFiles(context, directory)) !== undefined
  if (!isIntact) await discardTree(context.cache, directory)
  const copied = isIntact ? await readIndex(copyFile) : {}
  const changed = Object.keys(index).filter((name) => copied[name]?.content !== index[name]?.content)
  const gone = Object.keys(copied).filter((name) => index[name] === undefined)
  context.progress({ type: 'phase', phase: 'source', detail: `copying ${changed.length} files of ${root}` })
  await mkdir(tree, { recursive: true })
  if (!isIntact) await requireSpace(tree, 2 * 2 ** 30, `a copy of ${root}`)
  await unstampTree(home)
  for (const name of gone) await rm(path.join(tree, name), { force: true })
  await copy(root, changed, tree, index, context)
  await writeWhole(copyFile, JSON.stringify(index))
  await stampTree(home, context.signal)
  return identityOf(root, index)
}

/** Copies files, and makes sure that they have not changed since they were hashed. */
async function copy(
  root: string,
  names: readonly string[],
  tree: string,
  index: Index,
  context: BuildContext,
): Promise<void> {
  // A new file each time, because the trees of builds have hard links to the old one; and a new time, which tells the two
  // apart.
  const how = ['--no-dereference', '--preserve=mode', '--remove-destination', '--parents', '--reflink=auto']
  await forNames(names, root, ['cp', ...how, `--target-directory=${tree}`], context)
  const now = await listTree(root, context.signal)
  const changed = names.find((name) => stateOf(now.get(name)) !== index[name]?.state)
  if (changed === undefined) return
  throw new InfraError('SOURCE_CHANGING', `${path.join(root, changed)} changed while it was being copied`, {
    hint: 'run the same command again once nothing writes to the tree',
  })
}

/** Runs a command on many files, as few times as the length of a command line allows. */
async function forNames(
  names: readonly string[],
  cwd: string,
  command: readonly string[],
  { signal }: BuildContext,
): Promise<string> {
  if (names.length === 0) return ''
  return succeed(
    'xargs',
    ['--null', '--no-run-if-empty', ...command, '--'],
    { signal, cwd, stage: 'reading the source', input: names.join('\0') },
    (result) => new InfraError('TREE_UNREADABLE', `cannot read ${cwd}`, { tail: lastLines(result, 5) }),
  )
}

function stateOf(entry: Entry | undefined): string {
  return entry === undefined ? '' : `${entry.inode} ${entry.size} ${entry.time} ${entry.change}`
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

async function indexOf(root: string, context: BuildContext): Promise<Index> {
  requireTree(root)
  const memory = sourceHome(context.cache, `${directoryOf(root)}-index.json`)
  const known = await readIndex(memory)
  const entries = await listTree(root, context.signal)
  const names = (await sourceFiles(root, context)).filter((name) => entries.has(name))
  const changed = names.filter((name) => known[name]?.state !== stateOf(entries.get(name)))
  const contents = await contentsOf(root, changed, entries, context)
  const index: Index = {}
  for (const name of names) {
    const content = contents.get(name) ?? known[name]?.content ?? ''
    index[name] = { state: stateOf(entries.get(name)), content }
  }
  if (changed.length > 0) await writeWhole(memory, JSON.stringify(index))
  return index
}

/** Returns kind, permissions and hash of each file. */
async function contentsOf(
  root: string,
  names: readonly string[],
  entries: ReadonlyMap<string, Entry>,
  context: BuildContext,
): Promise<Map<string, string>> {
  const contents = new Map<string, string>()
  const files = names.filter((name) => entries.get(name)?.type === 'f')
  for (const line of (await forNames(files, root, ['sha256sum', '--zero'], context)).split('\0')) {
    const name = line.slice(66)
    const isProgram = (Number(`0o${entries.get(name)?.mode}`) & 0o100) !== 0
    if (name !== '') contents.set(name, `${isProgram ? '755' : '644'} ${line.slice(0, 64)}`)
  }
  for (const name of names.filter((candidate) => entries.get(candidate)?.type === 'l')) {
    contents.set(name, `link ${await readlink(path.join(root, name))}`)
  }
  const unread = names.find((name) => !contents.has(name))
  if (unread !== undefined) throw new InfraError('TREE_UNREADABLE', `cannot read ${path.join(root, unread)}`)
  return contents
}

/**
 * Ignore patterns for the top of a tree. Debian's .gitignore hides all of it, so the first pattern shows all files again
 * (the last pattern that matches decides); the others hide the products of a build in the tree.
 */
const topLevel = ['!/*', '/.*', '/vmlinux*', '/System.map', '/Module.symvers', '/modules.*', '/*.o', '/*.a']

/** Lists the files that are not build products, by the tree's own ignore rules, with or without a repository. */
async function sourceFiles(root: string, { cache, signal }: BuildContext): Promise<string[]> {
  const failed = (result: CommandResult): InfraError =>
    new InfraError('TREE_UNREADABLE', `cannot list ${root}`, { tail: lastLines(result) })
  const options = { signal, stage: 'listing the source', env: gitEnvironment }
  const isRepository = existsSync(path.join(root, '.git'))
  const empty = path.join(cache, 'git', 'empty.git')
  if (!isRepository && !existsSync(empty)) await succeed('git', ['init', '-q', '--bare', empty], options, failed)
  const where = isRepository ? ['-C', root] : [`--git-dir=${empty}`, `--work-tree=${root}`, '-C', root]
  const what = isRepository ? ['--cached', '--others'] : ['--others']
  const excluded = ['--exclude-per-directory=.gitignore', ...topLevel.map((name) => `--exclude=${name}`)]
  const list = ['-c', 'safe.directory=*', ...where, 'ls-files', '-z', ...what, ...excluded]
  const output = await succeed('git', list, options, failed)
  const names = new Set(output.split('\0').filter((name) => name !== ''))
  if (!names.has('Kbuild') || !names.has('Makefile')) {
    throw new InfraError('TREE_UNREADABLE', `git finds no source in ${root}`, {
      hint: `look at ${path.join(root, '.gitignore')}: it must not hide Kbuild and Makefile`,
    })
  }
  return [...names]
}

async function readIndex(file: string): Promise<Index> {
  return Object.fromEntries(fieldsOf(await readJson(file), { state: 'string', content: 'string' }))
}
