// Source from a directory that somebody works in: it is only read, and built from a copy of what it was.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../project/errors.ts'
import { lastLines, succeed } from '../command.ts'
import { isMissing, readJson, sha256, writeWhole } from '../files.ts'
import type { BuildContext } from '../progress.ts'
import { requireSpace } from '../space.ts'
import { gitEnvironment } from './git.ts'
import { discardTree, lockSource, stampTree, treeOf, untouchedFiles } from './pristine.ts'
import type { SourceIdentity } from './pristine.ts'

/** What is known of one file: by size and times, so that only changed files are read again. */
interface Known {
  readonly state: string
  readonly content: string
}

type Index = Record<string, Known>

function directoryOf(root: string): string {
  return `dir-${sha256(root).slice(0, 24)}`
}

/**
 * Hashes the tree. Only files that changed since the last time are read, so this takes a second or two.
 * @throws {UsageError} SOURCE_MISSING when it is no kernel tree
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
 * Brings the copy in the cache up to what the directory is now.
 * @throws {InfraError} SOURCE_CHANGING when it is being written to
 */
export async function obtainDir(root: string, context: BuildContext): Promise<SourceIdentity> {
  const directory = directoryOf(root)
  await using lock = await lockSource(context, directory)
  void lock
  const index = await indexOf(root, context)
  const tree = treeOf(context.cache, { directory })
  const copyFile = path.join(context.cache, 'sources', directory, 'copy.json')
  const isIntact = (await untouchedFiles(context, directory)) !== undefined
  if (!isIntact) await discardTree(context.cache, directory)
  const copied = isIntact ? asIndex(await readJson(copyFile)) : {}
  const changed = Object.keys(index).filter((name) => copied[name]?.content !== index[name]?.content)
  const gone = Object.keys(copied).filter((name) => index[name] === undefined)
  context.progress({ type: 'phase', phase: 'source', detail: `copying ${changed.length} files of ${root}` })
  await mkdir(tree, { recursive: true })
  if (!isIntact) await requireSpace(tree, 2 * 2 ** 30, `a copy of ${root}`)
  // From here until it is stamped again, the copy is not whole.
  await rm(path.join(context.cache, 'sources', directory, 'stamp.json'), { force: true })
  for (const name of gone) await rm(path.join(tree, name), { force: true })
  for (const name of changed) await copy(root, name, tree, index[name]?.content ?? '')
  await writeWhole(copyFile, JSON.stringify(index))
  await stampTree(context, directory)
  return identityOf(root, index)
}

async function copy(root: string, name: string, tree: string, expected: string): Promise<void> {
  const target = path.join(tree, name)
  const { content, bytes, mode, link } = await read(path.join(root, name))
  if (content !== expected) {
    throw new InfraError('SOURCE_CHANGING', `${path.join(root, name)} changed while it was being copied`, {
      hint: 'run the same command again once nothing writes to the tree',
    })
  }
  await mkdir(path.dirname(target), { recursive: true })
  // A new file each time: trees that builds use are hard links to the old one.
  const temporary = `${target}.gmemtest-new`
  await rm(temporary, { force: true })
  if (link === undefined) {
    await writeFile(temporary, bytes)
    await chmod(temporary, mode)
  } else await symlink(link, temporary)
  await rename(temporary, target)
}

async function read(
  file: string,
): Promise<{ content: string; bytes: Buffer; mode: number; link: string | undefined }> {
  const status = await lstat(file)
  const link = status.isSymbolicLink() ? await readlink(file) : undefined
  const bytes = link === undefined ? await readFile(file) : Buffer.from(link)
  const mode = (status.mode & 0o111) === 0 ? 0o644 : 0o755
  const kind = link === undefined ? mode.toString(8) : 'link'
  return { content: `${kind} ${sha256(bytes)}`, bytes, mode, link }
}

async function indexOf(root: string, context: BuildContext): Promise<Index> {
  if (!existsSync(path.join(root, 'Kbuild')) || !existsSync(path.join(root, 'Makefile'))) {
    throw new UsageError('SOURCE_MISSING', `${root} is not a kernel tree: it has no Kbuild and Makefile`, {
      hint: 'dir: takes the top directory of a Linux source tree',
    })
  }
  const memory = path.join(context.cache, 'sources', `${directoryOf(root)}-index.json`)
  const known = asIndex(await readJson(memory))
  const index: Index = {}
  let isNew = false
  for (const name of await sourceFiles(root, context)) {
    const file = path.join(root, name)
    const status = await lstat(file, { bigint: true }).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (status === undefined || status.isDirectory()) continue
    const state = `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`
    const before = known[name]
    if (before?.state === state) index[name] = before
    else {
      isNew = true
      index[name] = { state, content: (await read(file)).content }
    }
  }
  if (isNew) await writeWhole(memory, JSON.stringify(index))
  return index
}

/** All files that are not build products: by the tree's own ignore rules, in a repository or not. */
async function sourceFiles(root: string, { cache, signal }: BuildContext): Promise<string[]> {
  const failed = (result: { stderr: string; stdout: string }): InfraError =>
    new InfraError('TREE_UNREADABLE', `cannot list ${root}`, {
      tail: lastLines({
        ...result,
        command: '',
        exitCode: 1,
        signal: undefined,
        timedOut: false,
        milliseconds: 0,
      }),
    })
  const options = { signal, stage: 'listing the source', env: gitEnvironment }
  const isRepository = existsSync(path.join(root, '.git'))
  const empty = path.join(cache, 'git', 'empty.git')
  if (!isRepository && !existsSync(empty))
    await succeed('git', ['init', '-q', '--bare', empty], options, failed)
  const where = isRepository ? ['-C', root] : [`--git-dir=${empty}`, `--work-tree=${root}`, '-C', root]
  const what = isRepository ? ['--cached', '--others'] : ['--others']
  const output = await succeed(
    'git',
    ['-c', 'safe.directory=*', ...where, 'ls-files', '-z', ...what, '--exclude-standard'],
    options,
    failed,
  )
  return [...new Set(output.split('\0'))].filter((name) => name !== '')
}

function asIndex(value: unknown): Index {
  const index: Index = {}
  if (typeof value !== 'object' || value === null) return index
  for (const [name, known] of Object.entries(value)) {
    if (isKnown(known)) index[name] = known
  }
  return index
}

function isKnown(value: unknown): value is Known {
  return typeof value === 'object' && value !== null && 'state' in value && 'content' in value
}
