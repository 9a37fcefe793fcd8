// The lines that a series adds to the C files of a kernel, each with its patch: git blame over the patches as they were applied.
import { copyFile, cp, lstat, mkdir, mkdtempDisposable, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { makePrivate } from '../../cache/atomic-file.ts'
import { asApplied } from '../build-provenance.ts'
import { lastLines, succeed } from '../command.ts'
import type { KernelDefinition } from '../definition/definition.ts'
import type { Ingredients } from '../ingredients.ts'
import { withAppliedSource, type AppliedSource } from '../proof/applied-source.ts'
import type { BuildContext } from '../provide-progress.ts'
import { withSource } from '../provide.ts'
import type { Patch } from '../series/patch.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { functionBegunBy, parseBlame } from './parse-blame.ts'

/** A line of the kernel that a patch of the series wrote; a line that two patches changed is of the second one. */
export interface AddedLine {
  readonly line: number
  readonly text: string
  /** The function that the line is in, or the last one before it; empty before the first one. */
  readonly function: string
  /** The name of the patch. */
  readonly patch: string
}

/** The added lines of each C file of the kernel that has some, by its path. */
export type AddedLines = ReadonlyMap<string, readonly AddedLine[]>

/**
 * Finds the added lines of a definition's series, and writes the files that have some below `sources`.
 * @throws {BuildError} PATCH_DOES_NOT_APPLY, and the errors of `provideKernel` about source and series
 */
export async function findAddedLines(
  definition: KernelDefinition,
  sources: string,
  context: BuildContext,
): Promise<AddedLines> {
  const home = path.join(context.cache, 'checks')
  await makePrivate(home)
  return await withSource(definition, context, false, async (ingredients) => {
    await using place = await mkdtempDisposable(path.join(home, 'added-'))
    const scratch = path.join(place.path, 'scratch')
    return await withAppliedSource(ingredients, scratch, context, (applied) =>
      blameSeries(ingredients, applied, { repository: path.join(place.path, 'repository'), sources }, context),
    )
  })
}

type Git = (...args: readonly string[]) => Promise<string>

async function blameSeries(
  { patches }: Ingredients,
  { pristine, overlay, proof }: AppliedSource,
  { repository, sources }: { readonly repository: string; readonly sources: string },
  { signal }: BuildContext,
): Promise<AddedLines> {
  await mkdir(repository)
  const identity = {
    GIT_AUTHOR_NAME: 'gmemtest',
    GIT_AUTHOR_EMAIL: '',
    GIT_COMMITTER_NAME: 'gmemtest',
    GIT_COMMITTER_EMAIL: '',
  }
  const options = { signal, stage: 'finding the added lines', cwd: repository, env: { ...gitEnvironment, ...identity } }
  const git: Git = async (...args) =>
    succeed('git', args, options, (result) => {
      return new InfraError('GIT_FAILED', `git ${args[0]} failed on the series`, { tail: lastLines(result, 3) })
    })
  await git('init', '--quiet', '--template=', '.')
  for (const name of overlay.keys()) await bring(path.join(pristine, name), path.join(repository, name))
  await commit(git, base)
  for (const [index, patch] of asApplied(patches, proof).entries()) {
    await applyPatch(patch, path.join(repository, '.git', 'patch'), git)
    await commit(git, String(index))
  }
  const added = new Map<string, readonly AddedLine[]>()
  for (const [name, file] of overlay) {
    if (file === undefined || !isKernelCode(name)) continue
    const lines: AddedLine[] = []
    let inside = ''
    for (const { line, text, summary } of parseBlame(await git('blame', '--porcelain', '--', name))) {
      inside = functionBegunBy(text) ?? inside
      const patch = patches[Number(summary)]
      if (summary !== base && patch !== undefined) lines.push({ line, text, function: inside, patch: patch.name })
    }
    if (lines.length === 0) continue
    added.set(name, lines)
    const copy = path.join(sources, name)
    await mkdir(path.dirname(copy), { recursive: true })
    await copyFile(file, copy)
  }
  return added
}

/** The message of the commit before the series. */
const base = 'base'

/** Returns whether lines of a file can become code of the kernel: programs in tools/ do not. */
function isKernelCode(name: string): boolean {
  return /\.[ch]$/.test(name) && !name.startsWith('tools/')
}

async function commit(git: Git, message: string): Promise<void> {
  await git('add', '--all', '--force')
  await git('commit', '--quiet', '--allow-empty', '--no-verify', '--no-gpg-sign', `--message=${message}`)
}

async function applyPatch({ diff, strip }: Patch, file: string, git: Git): Promise<void> {
  await writeFile(file, diff, 'latin1')
  // A patch that was merged may have left nothing.
  await git('apply', `-p${strip}`, '--allow-empty', '--whitespace=nowarn', file)
  await rm(file)
}

/** Copies a file or link of the source; the series may add the name. */
async function bring(from: string, to: string): Promise<void> {
  const status = await lstat(from).catch(() => undefined)
  if (status === undefined || status.isDirectory()) return
  await mkdir(path.dirname(to), { recursive: true })
  await cp(from, to, { verbatimSymlinks: true })
}
