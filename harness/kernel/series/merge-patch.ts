// Applies a patch that does not fit as it is: by a 3-way merge, or with less context. Each such hunk is reported.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { attempt, lastLines, succeed } from '../command.ts'
import { InfraError } from '../../base/errors.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { asked } from '../source/own-repository.ts'

/** A hunk that was not applied as it is in its patch. */
export interface MergedHunk {
  readonly file: string
  /** The number and the header of the hunk: `#2 @@ -10,6 +10,7 @@`. */
  readonly hunk: string
  /** `3-way merge`, or `2 lines of context`. */
  readonly how: string
}

/** Says that a hunk of a patch was not applied as it is. */
export function mergedSentence(patch: string, { file, hunk, how }: MergedHunk): string {
  const way = how.includes('context') ? `matching only ${how}` : `a ${how}`
  return `the patch ${patch} does not fit as it is: ${file}, hunk ${hunk} applied by ${way}`
}

/** A patch that was merged: its hunks, and the diff of what it changed. */
export interface MergedPatch {
  readonly hunks: readonly MergedHunk[]
  readonly diff: string
}

/** What a merge works on. */
export interface MergePlace {
  /** The diff, and how many directories are removed from its paths. */
  readonly file: string
  readonly strip: number
  /** The directory with the copies of the files that the patch touches. */
  readonly files: string
  readonly scratch: string
  /** Repositories that may have the files that the patch was made for. */
  readonly lenders: readonly string[]
  readonly signal: AbortSignal
}

/** The lines of context that are left, the most first; with none of them a hunk could go anywhere. */
const contexts = [2, 1]

function failed(): InfraError {
  return new InfraError('GIT_FAILED', 'git cannot prepare the merge of a patch')
}

/** Merges a patch into copies of files; returns undefined, with the files as they were, when it cannot be merged. */
export async function mergePatch(place: MergePlace): Promise<MergedPatch | undefined> {
  const { file, strip, files, scratch, lenders, signal } = place
  const [before, repository] = [path.join(scratch, 'before'), path.join(scratch, 'merge.git')]
  for (const each of [before, repository]) await rm(each, { recursive: true, force: true })
  await cp(files, before, { recursive: true, verbatimSymlinks: true })
  const options = { signal, stage: 'merging a patch', env: gitEnvironment }
  await succeed('git', ['init', '--quiet', '--bare', '--template=', repository], options, failed)
  await borrow(repository, lenders, signal)
  const env = {
    ...gitEnvironment,
    GIT_DIR: repository,
    GIT_WORK_TREE: files,
    GIT_INDEX_FILE: path.join(repository, 'merge-index'),
  }
  const git = async (...args: string[]): Promise<string> =>
    succeed('git', args, { ...options, cwd: files, env }, failed)
  const tree = async (): Promise<string> => {
    await git('add', '--all', '--force', '.')
    return (await git('write-tree')).trim()
  }
  const old = await tree()
  const rejected = await rejectedHunks(before, place)
  const tries = [
    { how: '3-way merge', flags: ['--3way'] },
    ...contexts.map((lines) => ({ how: `${lines} line${lines === 1 ? '' : 's'} of context`, flags: [`-C${lines}`] })),
  ]
  for (const { how, flags } of rejected.length === 0 ? [] : tries) {
    const result = await attempt('git', ['apply', `-p${strip}`, '--whitespace=nowarn', ...flags, file], {
      signal,
      cwd: files,
      env,
    })
    if (result.exitCode === 0) {
      const diff = await git(
        'diff-tree',
        '-p',
        '--binary',
        '--full-index',
        '--no-renames',
        '--no-ext-diff',
        '--no-textconv',
        old,
        await tree(),
      )
      return { hunks: rejected.map((hunk) => ({ ...hunk, how })), diff: diff === '' ? '' : `${diff}\n` }
    }
    await git('read-tree', old)
    await rm(files, { recursive: true, force: true })
    await mkdir(files, { recursive: true })
    await git('checkout-index', '--all', '--force')
  }
  return undefined
}

/** Lets a repository see the objects of others. */
async function borrow(repository: string, lenders: readonly string[], signal: AbortSignal): Promise<void> {
  const places: string[] = []
  for (const lender of lenders) {
    const question = ['rev-parse', '--path-format=absolute', '--git-path', 'objects']
    const answer = await attempt('git', [...asked(lender), ...question], { signal, env: gitEnvironment })
    if (answer.exitCode === 0) places.push(answer.stdout.trim())
  }
  await mkdir(path.join(repository, 'objects/info'), { recursive: true })
  await writeFile(path.join(repository, 'objects/info/alternates'), places.map((place) => `${place}\n`).join(''))
}

/** Applies what fits to a copy, and lists the hunks that do not; none when the patch fails for another reason. */
async function rejectedHunks(
  copy: string,
  { file, strip, signal, scratch }: MergePlace,
): Promise<Omit<MergedHunk, 'how'>[]> {
  const env = { ...gitEnvironment, GIT_CEILING_DIRECTORIES: scratch }
  const flags = ['apply', `-p${strip}`, '--whitespace=nowarn', '--reject', '--verbose', file]
  const result = await attempt('git', flags, { signal, cwd: copy, env })
  const found: Omit<MergedHunk, 'how'>[] = []
  const headers = await hunkHeaders(file)
  let target = ''
  for (const line of lastLines(result, Number.MAX_SAFE_INTEGER)) {
    const name = /^Applying patch (.*) with \d+ rejects?\.\.\.$/.exec(line)?.[1]
    if (name !== undefined) target = name
    const number = /^Rejected hunk #(\d+)/.exec(line)?.[1]
    if (number === undefined) continue
    const header = headers.get(target)?.[Number(number) - 1] ?? ''
    found.push({ file: target, hunk: `#${number} ${header}`.trim() })
  }
  return found
}

/** Lists the headers of the hunks of each file of a diff. */
async function hunkHeaders(file: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  let headers: string[] = []
  for (const line of (await readFile(file, 'latin1')).split('\n')) {
    const name = /^\+\+\+ (?:[^/\s]+\/)?([^\t\n]+)/.exec(line)?.[1]
    if (name !== undefined) found.set(name, (headers = found.get(name) ?? []))
    const header = /^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/.exec(line)?.[0]
    if (header !== undefined) headers.push(header)
  }
  return found
}
