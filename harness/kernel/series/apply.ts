// Applies a series to copies of the files that it touches. The tree changes only after all patches have applied.
import { copyFile, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { CommandResult } from '../../process/run-program.ts'
import { BuildError, InfraError } from '../../base/errors.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import type { BuildContext } from '../provide-progress.ts'
import type { Patch } from '../series.ts'
import { gitEnvironment } from '../source/git.ts'

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
  const git = gitIn(files, context)
  const touched = new Set<string>()
  for (const [index, patch] of patches.entries()) {
    context.progress({
      type: 'phase',
      phase: 'series',
      detail: `${index + 1}/${patches.length} ${patch.name}`,
    })
    const file = path.join(diffs, `${String(index + 1).padStart(4, '0')}.diff`)
    await writeFile(file, patch.diff, 'latin1')
    for (const name of await pathsOf(patch, file, git)) {
      if (!touched.has(name)) await take(tree, name, files)
      touched.add(name)
    }
    const result = await git(['apply', '--whitespace=nowarn', file])
    if (result.exitCode !== 0) throw await rejection(patch, file, files, git, result)
  }
  const overlay = new Map<string, string | undefined>()
  for (const name of touched) {
    const file = path.join(files, name)
    const isThere = await lstat(file).catch(() => undefined)
    overlay.set(name, isThere === undefined ? undefined : file)
  }
  return overlay
}

type Git = (args: readonly string[]) => Promise<CommandResult>

function gitIn(directory: string, context: BuildContext): Git {
  return async (args) =>
    attempt('git', args, {
      signal: context.signal,
      stage: 'applying the series',
      cwd: directory,
      // Inside a repository, git apply would silently skip files outside of the current directory.
      env: { ...gitEnvironment, GIT_CEILING_DIRECTORIES: path.dirname(directory) },
    })
}

async function pathsOf(patch: Patch, file: string, git: Git): Promise<string[]> {
  const result = await git(['apply', '--numstat', '-z', file])
  if (result.exitCode !== 0) {
    throw new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} is damaged`, {
      tail: lastLines(result, 5),
      hint: `fetch ${patch.origin} again, with a program that does not wrap lines`,
    })
  }
  // ADDED\tREMOVED\tPATH\0; of a rename, only the new path.
  const names = result.stdout.split('\0').map((field) => field.replace(/^(\d+|-)\t(\d+|-)\t/, ''))
  const renamed = [...patch.diff.matchAll(/^(?:rename|copy) from (.*)$/gm)].map((match) => match[1] ?? '')
  return [...names, ...renamed].filter((name) => name !== '')
}

async function take(tree: string, name: string, files: string): Promise<void> {
  const from = path.join(tree, name)
  const to = path.join(files, name)
  try {
    const status = await lstat(from)
    await mkdir(path.dirname(to), { recursive: true })
    if (status.isSymbolicLink()) await symlink(await readlink(from), to)
    else await copyFile(from, to)
  } catch (error) {
    // The patch adds this file.
    if (!isMissing(error)) throw error
  }
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
  const partly = await git(['apply', '--whitespace=nowarn', '--reject', '--verbose', file])
  const rejects = await rejectFiles(files)
  const hint =
    `nothing was built; apply the patches before it by hand and look at '${patch.origin}', ` +
    'or use the source that the series was made for'
  const [first] = rejects
  if (first === undefined) {
    const words = reason[0]?.replace(/^error: /, '') ?? lastLines(result, 1).join('')
    return new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} does not apply: ${words}`, {
      tail: reason,
      hint,
    })
  }
  const text = await readFile(first, 'latin1')
  const target = path.relative(files, first).replace(/\.rej$/, '')
  const [header = ''] = /^@@ .*$/m.exec(text) ?? []
  const number = rejectedHunk(partly.stderr, target)
  const more = rejects.length === 1 ? '' : ` (and in ${rejects.length - 1} more files)`
  return new BuildError(
    'PATCH_DOES_NOT_APPLY',
    `the patch ${patch.name} does not apply: ${target}, hunk ${number} ${header}${more}`,
    { tail: Buffer.from(text, 'latin1').toString().trimEnd().split('\n').slice(1, 26), hint },
  )
}

/** Finds the number of the rejected hunk: a line for each hunk follows `Applying patch FILE with 1 reject...`. */
function rejectedHunk(output: string, file: string): string {
  const section = output.slice(Math.max(0, output.indexOf(`Applying patch ${file} with`)))
  const number = /^Rejected hunk #(\d+)/m.exec(section)?.[1]
  return number === undefined ? '' : `#${number}`
}

async function rejectFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true })
  return names
    .filter((name) => name.endsWith('.rej'))
    .toSorted()
    .map((name) => path.join(directory, name))
}

/** Returns `git patch-id --stable` of each patch: its name on the mailing lists. */
export async function patchIds(patches: readonly Patch[], context: BuildContext): Promise<string[]> {
  const ids: string[] = []
  for (const patch of patches) {
    const output = await succeed(
      'git',
      ['patch-id', '--stable'],
      {
        signal: context.signal,
        stage: 'naming the patches',
        env: gitEnvironment,
        input: Buffer.from(patch.diff, 'latin1'),
      },
      (result) => new InfraError('GIT_FAILED', 'git patch-id failed', { tail: lastLines(result) }),
    )
    ids.push(output.split(' ')[0] ?? '')
  }
  return ids
}
