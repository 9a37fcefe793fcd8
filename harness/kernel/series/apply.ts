// Applies a series to copies of the files that it touches. The tree changes only after all patches have applied.
import { copyFile, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CommandResult } from '../../process/run-program.ts'
import { BuildError, InfraError } from '../../base/errors.ts'
import { shellLine } from '../../process/child.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import type { Patch } from './patch.ts'

/** The changes of a series: for each path that it touches, the new file, or undefined for a removed one. */
export type Overlay = ReadonlyMap<string, string | undefined>

/**
 * Applies the patches in order, without fuzz, to copies of the files of `tree` below `scratch`.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, naming patch, file and hunk
 */
export async function applySeries(
  patches: readonly Patch[],
  tree: string,
  scratch: string,
  context: BuildContext,
): Promise<Overlay> {
  const files = path.join(scratch, 'files')
  const diffs = path.join(scratch, 'patches')
  await mkdir(files, { recursive: true })
  await mkdir(diffs, { recursive: true })
  // Inside a repository, git apply would silently skip files outside of the current directory.
  const env = { ...gitEnvironment, GIT_CEILING_DIRECTORIES: scratch }
  const touched = new Set<string>()
  for (const [index, patch] of patches.entries()) {
    const count = `${index + 1}/${patches.length}`
    context.progress({ type: 'phase', phase: 'series', detail: `${count} ${patch.name}` })
    const file = path.join(diffs, `${String(index + 1).padStart(4, '0')}.diff`)
    await writeFile(file, patch.diff, 'latin1')
    const git: Git = async (...args) =>
      attempt('git', ['apply', `-p${patch.strip}`, ...args], { signal: context.signal, cwd: files, env })
    for (const name of await pathsOf(patch, file, git)) {
      await take(tree, name, files, touched)
      touched.add(name)
    }
    const result = await git('--whitespace=nowarn', file)
    if (result.exitCode !== 0) throw await rejection(patch, file, files, git, result)
  }
  const overlay = Array.from(touched, async (name) => {
    const file = path.join(files, name)
    const status = await lstat(file).catch(() => undefined)
    // For a submodule, git apply makes an empty directory.
    return [name, status === undefined || status.isDirectory() ? undefined : file] as const
  })
  return new Map(await Promise.all(overlay))
}

type Git = (...args: readonly string[]) => Promise<CommandResult>

/** Lists the paths that a patch touches; of a rename, the old and the new one. */
async function pathsOf(patch: Patch, file: string, git: Git): Promise<string[]> {
  const names: string[] = []
  // In reverse, the old names are the new ones.
  for (const direction of [[], ['--reverse']]) {
    const result = await git(...direction, '--numstat', '-z', file)
    if (result.exitCode !== 0) {
      throw new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} is damaged or cut off`, {
        tail: lastLines(result, 5),
        hint: `fetch ${patch.origin} again, with a program that does not wrap lines`,
      })
    }
    // ADDED\tREMOVED\tPATH\0
    names.push(...result.stdout.split('\0').map((field) => field.replace(/^(\d+|-)\t(\d+|-)\t/, '')))
  }
  const odd = names.find((name) => name.includes('\ufffd'))
  if (odd === undefined) return names.filter((name) => name !== '')
  throw new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} touches ${odd}, whose name is not UTF-8`, {
    hint: 'give the file a name in UTF-8',
  })
}

/** Copies what stands at a path of the tree, unless an earlier patch touched it. */
async function take(tree: string, name: string, files: string, touched: ReadonlySet<string>): Promise<void> {
  if (touched.has(name)) return
  const from = path.join(tree, name)
  const obstacle = await obstacleOf(tree, name)
  // git apply finds it, and refuses to write through a link or below a file.
  if (obstacle !== undefined) return take(tree, obstacle, files, touched)
  const status = await lstat(from).catch(() => undefined)
  // The patch adds this file.
  if (status === undefined) return
  if (status.isDirectory()) {
    // The patch puts a file in the place of a directory, or changes a submodule, which is an empty one.
    await mkdir(path.join(files, name), { recursive: true })
    for (const child of await readdir(from)) await take(tree, path.join(name, child), files, touched)
    return
  }
  const to = path.join(files, name)
  await mkdir(path.dirname(to), { recursive: true })
  await rm(to, { force: true })
  if (status.isSymbolicLink()) await symlink(await readlink(from), to)
  else await copyFile(from, to)
}

/** Returns the first directory of a path that is no directory in the tree. */
async function obstacleOf(tree: string, name: string): Promise<string | undefined> {
  const parts = name.split('/')
  for (let count = 1; count < parts.length; count++) {
    const part = parts.slice(0, count).join('/')
    const status = await lstat(path.join(tree, part)).catch(() => undefined)
    if (status !== undefined && !status.isDirectory()) return part
  }
  return undefined
}

/** Applies the hunks that fit, to find out which hunks do not, and returns the error. */
async function rejection(
  patch: Patch,
  file: string,
  files: string,
  git: Git,
  result: CommandResult,
): Promise<BuildError> {
  const reason = result.stderr.split('\n').filter((line) => line.startsWith('error: '))
  const partly = await git('--whitespace=nowarn', '--reject', '--verbose', file)
  const written = await readdir(files, { recursive: true })
  const rejects = written.filter((name) => name.endsWith('.rej')).toSorted()
  const look =
    patch.how.kind === 'commit'
      ? `read '${shellLine('git', ['-C', patch.origin, 'show', patch.how.commit.slice(0, 12)])}'`
      : `look at '${patch.origin}'`
  const hint = `nothing was built; apply the patches before it by hand and ${look}, or use the source that the series was made for`
  const [first] = rejects
  if (first === undefined) {
    const words = reason[0]?.replace(/^error: /, '') ?? lastLines(result, 1).join('')
    return new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} does not apply: ${words}`, {
      tail: reason,
      hint,
    })
  }
  const text = await readFile(path.join(files, first), 'latin1')
  const target = first.replace(/\.rej$/, '')
  const [header = ''] = /^@@ .*$/m.exec(text) ?? []
  const number = rejectedHunk(partly.stderr, target)
  const more = rejects.length === 1 ? '' : ` (and in ${rejects.length - 1} more files)`
  return new BuildError(
    'PATCH_DOES_NOT_APPLY',
    `the patch ${patch.name} does not apply: ${target}, hunk ${number} ${header}${more}`,
    { tail: [...hunkLines(text), ...(await linesAtHunk(path.join(files, target), header))], hint },
  )
}

const mostHunkLines = 25

/** Returns the lines of the first rejected hunk without its header, which is in the message. */
function hunkLines(rejected: string): string[] {
  const [, first = ''] = Buffer.from(rejected, 'latin1')
    .toString()
    .split(/^@@ .*\n/m)
  return first.trimEnd().split('\n').slice(0, mostHunkLines)
}

/** Returns the lines of the file at the place of its first rejected hunk; all hunks before that one are in the file. */
async function linesAtHunk(file: string, header: string): Promise<string[]> {
  const [, oldCount = '1', start = '0'] = /^@@ -\d+(?:,(\d+))? \+(\d+)/.exec(header) ?? []
  const status = await lstat(file).catch(() => undefined)
  if (status?.isFile() !== true) return []
  const lines = (await readFile(file, 'utf8')).replace(/\n$/, '').split('\n')
  const first = Math.max(1, Number(start))
  const found = lines.slice(first - 1, first - 1 + Math.min(mostHunkLines, Number(oldCount)))
  const count = lines.length === 1 ? '1 line' : `${lines.length} lines`
  if (found.length === 0) return [`the file has ${count}`]
  return [`the file has ${count}; from line ${first} on:`, ...found.map((line) => ` ${line}`)]
}

/** Finds the number of the rejected hunk: a line for each hunk follows `Applying patch FILE with 1 reject...`. */
function rejectedHunk(output: string, file: string): string {
  const section = output.slice(Math.max(0, output.indexOf(`Applying patch ${file} with`)))
  const number = /^Rejected hunk #(\d+)/m.exec(section)?.[1]
  return number === undefined ? '' : `#${number}`
}

/** Returns `git patch-id --stable` of each patch: its name on the mailing lists. */
export async function patchIds(patches: readonly Patch[], { signal }: BuildContext): Promise<string[]> {
  const ids: string[] = []
  for (const patch of patches) {
    const input = Buffer.from(patch.diff, 'latin1')
    const output = await succeed(
      'git',
      ['patch-id', '--stable'],
      { signal, stage: 'naming the patches', env: gitEnvironment, input },
      (result) => new InfraError('GIT_FAILED', 'git patch-id failed', { tail: lastLines(result) }),
    )
    ids.push(output.split(' ')[0] ?? '')
  }
  return ids
}
