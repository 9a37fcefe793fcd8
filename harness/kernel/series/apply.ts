// Applies a series to copies of the files that it touches. The tree changes only after all patches have applied.
import { copyFile, lstat, mkdir, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError, InfraError } from '../../base/errors.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { withGitHeaders } from './git-headers.ts'
import { mergedSentence, mergePatch, type MergedPatch } from './merge-patch.ts'
import type { Patch } from './patch.ts'
import { rejection, type Git } from './rejection.ts'

/** The changes of a series: for each path that it touches, the new file, or undefined for a removed one. */
export type Overlay = ReadonlyMap<string, string | undefined>

/** A series as it was applied. */
export interface AppliedSeries {
  readonly overlay: Overlay
  /** For each patch that did not fit as it is, its hunks and its changes; the key is its place in the series, from 0. */
  readonly merged: ReadonlyMap<number, MergedPatch>
}

/** How a series is applied. */
export interface Applying {
  /** Merges patches that do not fit; the repositories may have the files that they were made for. */
  readonly merge?: { readonly lenders: readonly string[] }
}

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
  return (await applyWholly(patches, tree, scratch, context, {})).overlay
}

/**
 * Does the same, and merges on request what does not fit.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, naming patch, file and hunk
 */
export async function applyWholly(
  patches: readonly Patch[],
  tree: string,
  scratch: string,
  context: BuildContext,
  { merge }: Applying,
): Promise<AppliedSeries> {
  const files = path.join(scratch, 'files')
  const diffs = path.join(scratch, 'patches')
  await mkdir(files, { recursive: true })
  await mkdir(diffs, { recursive: true })
  // Inside a repository, git apply would silently skip files outside of the current directory.
  const env = { ...gitEnvironment, GIT_CEILING_DIRECTORIES: scratch }
  const gitOf =
    (strip: number): Git =>
    async (...args) =>
      attempt('git', ['apply', `-p${strip}`, ...args], { signal: context.signal, cwd: files, env })
  const names = patches.map((_, index) => path.join(diffs, `${String(index + 1).padStart(4, '0')}.diff`))
  for (const [index, file] of names.entries()) await writeFile(file, patches[index]?.diff ?? '', 'latin1')
  const touched = new Set<string>()
  if (await applyAtOnce(patches, names, { tree, files, touched, gitOf }))
    return { overlay: await overlayOf(touched, files), merged: new Map() }
  await rm(files, { recursive: true })
  await mkdir(files)
  touched.clear()
  const merged = new Map<number, MergedPatch>()
  for (const [index, patch] of patches.entries()) {
    const count = `${index + 1}/${patches.length}`
    context.progress({ type: 'phase', phase: 'series', detail: `${count} ${patch.name}` })
    const file = names[index] ?? ''
    const git = gitOf(patch.strip)
    await takeAll(await pathsOf(patch, file, git), { tree, files, touched })
    const result = await git('--whitespace=nowarn', file)
    if (result.exitCode === 0) continue
    const place = { file, strip: patch.strip, files, scratch, signal: context.signal }
    const found = merge === undefined ? undefined : await mergePatch({ ...place, lenders: merge.lenders })
    if (found === undefined) throw await rejection(patch, file, files, git, result)
    merged.set(index, found)
    for (const hunk of found.hunks) context.progress({ type: 'notice', message: mergedSentence(patch.name, hunk) })
  }
  return { overlay: await overlayOf(touched, files), merged }
}

interface Place {
  readonly tree: string
  readonly files: string
  readonly touched: Set<string>
  readonly gitOf: (strip: number) => Git
}

/**
 * Applies all patches by one command, which takes a tenth of the time; returns false when one of them does not fit. Then the
 * files may be half changed, and nothing tells which patch it was.
 */
async function applyAtOnce(
  patches: readonly Patch[],
  names: readonly string[],
  { tree, files, touched, gitOf }: Place,
): Promise<boolean> {
  const [strip, ...others] = new Set(patches.map((patch) => patch.strip))
  if (strip === undefined) return true
  if (others.length > 0) return false
  const git = gitOf(strip)
  for (const [index, patch] of patches.entries()) {
    await takeAll(await pathsOf(patch, names[index] ?? '', git), { tree, files, touched })
  }
  return (await git('--whitespace=nowarn', ...names)).exitCode === 0
}

async function overlayOf(touched: ReadonlySet<string>, files: string): Promise<Overlay> {
  const overlay = Array.from(touched, async (name) => {
    const file = path.join(files, name)
    const status = await lstat(file).catch(() => undefined)
    // For a submodule, git apply makes an empty directory.
    return [name, status === undefined || status.isDirectory() ? undefined : file] as const
  })
  return new Map(await Promise.all(overlay))
}

/** The answers for patches that a campaign applies again and again, by their diffs. */
const knownPaths = new Map<string, readonly string[]>()
const knownIds = new Map<string, string>()

/** Lists the paths that a patch touches; of a rename, the old and the new one. */
async function pathsOf(patch: Patch, file: string, git: Git): Promise<readonly string[]> {
  const key = `${patch.strip} ${patch.diff}`
  const found = knownPaths.get(key) ?? (await readPaths(patch, file, git))
  knownPaths.set(key, found)
  return found
}

async function readPaths(patch: Patch, file: string, git: Git): Promise<string[]> {
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

/** Copies what stands at the paths of a patch, and notes that it touches them. */
async function takeAll(
  names: readonly string[],
  { tree, files, touched }: Pick<Place, 'tree' | 'files' | 'touched'>,
): Promise<void> {
  for (const name of names) {
    await take(tree, name, files, touched)
    touched.add(name)
  }
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

/** Returns `git patch-id --stable` of each patch: its name on the mailing lists. */
export async function patchIds(
  patches: readonly Pick<Patch, 'diff'>[],
  { signal }: Pick<BuildContext, 'signal'>,
): Promise<string[]> {
  const ids: string[] = []
  for (const patch of patches) {
    const known = knownIds.get(patch.diff)
    if (known !== undefined) {
      ids.push(known)
      continue
    }
    const input = Buffer.from(withGitHeaders(patch.diff), 'latin1')
    const output = await succeed(
      'git',
      ['patch-id', '--stable'],
      { signal, stage: 'naming the patches', env: gitEnvironment, input },
      (result) => new InfraError('GIT_FAILED', 'git patch-id failed', { tail: lastLines(result) }),
    )
    const id = output.split(' ')[0] ?? ''
    knownIds.set(patch.diff, id)
    ids.push(id)
  }
  return ids
}
