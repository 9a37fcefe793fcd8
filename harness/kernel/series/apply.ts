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
  // Inside a repository, git apply would silently skip files outside of the current directory.
  const env = { ...gitEnvironment, GIT_CEILING_DIRECTORIES: scratch }
  const git: Git = async (...args) => attempt('git', ['apply', ...args], { signal: context.signal, cwd: files, env })
  const touched = new Set<string>()
  for (const [index, patch] of patches.entries()) {
    const count = `${index + 1}/${patches.length}`
    context.progress({ type: 'phase', phase: 'series', detail: `${count} ${patch.name}` })
    const file = path.join(diffs, `${String(index + 1).padStart(4, '0')}.diff`)
    await writeFile(file, patch.diff, 'latin1')
    for (const name of await pathsOf(patch, file, git)) {
      if (!touched.has(name)) await take(tree, name, files)
      touched.add(name)
    }
    const result = await git('--whitespace=nowarn', file)
    if (result.exitCode !== 0) throw await rejection(patch, file, files, git, result)
  }
  const overlay = Array.from(touched, async (name) => {
    const file = path.join(files, name)
    const status = await lstat(file).catch(() => undefined)
    return [name, status === undefined ? undefined : file] as const
  })
  return new Map(await Promise.all(overlay))
}

type Git = (...args: readonly string[]) => Promise<CommandResult>

async function pathsOf(patch: Patch, file: string, git: Git): Promise<string[]> {
  const result = await git('--numstat', '-z', file)
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
  const partly = await git('--whitespace=nowarn', '--reject', '--verbose', file)
  const written = await readdir(files, { recursive: true })
  const rejects = written.filter((name) => name.endsWith('.rej')).toSorted()
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
  const text = await readFile(path.join(files, first), 'latin1')
  const target = first.replace(/\.rej$/, '')
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
