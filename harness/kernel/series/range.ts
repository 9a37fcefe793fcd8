// The patches of a range of commits: the changes of each commit. No setting of the repository or the user counts.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { sha256 } from '../../cache/hash.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { lastLines, succeed } from '../command.ts'
import type { SeriesPart } from '../definition/definition.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { asked, borrowObjects, completeBlobs, gitIn, type OwnRepository } from '../source/own-repository.ts'
import type { Patch } from './patch.ts'
import { makeReadingDirectory } from './reading-directory.ts'

type Range = Extract<SeriesPart, { kind: 'git' }>

/** The two ends of a range, as hashes. */
export type RangeEnds = readonly [tip: string, base: string]

/** The options with which `git diff-tree` shows a commit in the same way everywhere. */
export const diffOptions = [
  '-p',
  '-U3',
  '--binary',
  '--full-index',
  '--no-renames',
  '--no-color',
  '--no-relative',
  '-O/dev/null',
  '--no-ext-diff',
  '--no-textconv',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--submodule=short',
  '--ignore-submodules=none',
] as const

/**
 * Resolves the ends of a range.
 * @throws {UsageError} SERIES_UNKNOWN, SERIES_RANGE
 */
export async function endsOfRange({ repository, range }: Range, signal: AbortSignal): Promise<RangeEnds> {
  if (range.includes('...')) {
    const [left = '', right = ''] = range.split('...')
    throw new UsageError('SERIES_RANGE', `the range ${range} has the commits of both sides`, {
      hint: `write BASE..${right || 'HEAD'}; 'git -C ${repository} merge-base ${left || 'HEAD'} ${right || 'HEAD'}' prints the base`,
    })
  }
  const output = await succeed(
    'git',
    [...asked(repository), 'rev-parse', '--revs-only', range, '--'],
    { signal, stage: 'reading the series', env: gitEnvironment },
    (result) => noRange(repository, range, result),
  )
  const lines = output.split('\n')
  const [tip, base] = [lines.find((line) => !line.startsWith('^')), lines.find((line) => line.startsWith('^'))]
  if (lines.length === 2 && tip !== undefined && base !== undefined) return [tip, base.slice(1)]
  throw new UsageError('SERIES_RANGE', `'${range}' is no range with two ends`, { hint: 'write the range as BASE..TIP' })
}

function noRange(repository: string, range: string, result: CommandResult): UsageError {
  const tail = lastLines(result, 3)
  const hint = 'correct the path after git: in the definition, which names a repository of this computer'
  if (!existsSync(repository)) {
    return new UsageError('SERIES_UNKNOWN', `there is no git repository ${repository}`, { hint })
  }
  if (/not a git repository|cannot change to/.test(result.stderr)) {
    return new UsageError('SERIES_UNKNOWN', `${repository} is not a git repository`, { tail, hint })
  }
  return new UsageError('SERIES_UNKNOWN', `${repository} has no range ${range}`, {
    tail,
    hint: 'write the range as BASE..TIP, with two commits of the repository',
  })
}

/** A commit of a range that changes nothing, such as the cover letter of b4. */
export interface EmptyCommit {
  readonly commit: string
  readonly subject: string
}

/**
 * Reads the commits of a range, oldest first.
 * @throws {UsageError} SERIES_RANGE for merges, naming them, and for commits without a parent
 */
export async function readRange(
  { repository, range }: Range,
  [tip, base]: RangeEnds,
  signal: AbortSignal,
): Promise<{ readonly patches: Omit<Patch, 'content'>[]; readonly empty: EmptyCommit[] }> {
  await using scratch = await makeReadingDirectory()
  const own = await borrowObjects(repository, path.join(scratch.path, 'repository'), signal)
  const format = ['--no-commit-header', '--encoding=UTF-8', '--format=%H%x09%P%x09%s']
  const list = await gitIn(own, ['rev-list', '--reverse', '--topo-order', ...format, tip, `^${base}`, '--'], { signal })
  const commits = list
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', parents = '', ...subject] = line.split('\t')
      return { commit, parents: parents.split(' ').filter((parent) => parent !== ''), subject: subject.join('\t') }
    })
  refuseCommits(
    range,
    'merges',
    commits.filter(({ parents }) => parents.length > 1),
  )
  refuseCommits(
    range,
    'commits without a parent',
    commits.filter(({ parents }) => parents.length === 0),
  )
  await completeBlobs(own, await blobsOf(own, commits, signal), signal)
  const patches: Omit<Patch, 'content'>[] = []
  const empty: EmptyCommit[] = []
  const file = path.join(scratch.path, 'diff')
  for (const { commit, subject } of commits) {
    await gitIn(own, ['diff-tree', '--no-commit-id', ...diffOptions, `--output=${file}`, commit], { signal })
    const diff = await readFile(file, 'latin1')
    if (diff === '') empty.push({ commit, subject })
    else {
      const name = `${commit.slice(0, 12)} ("${subject}")`
      const how = { kind: 'commit', commit } as const
      patches.push({ name, origin: repository, how, subject, diff, strip: 1, sha256: sha256(diff) })
    }
  }
  return { patches, empty }
}

function refuseCommits(range: string, what: string, commits: readonly EmptyCommit[]): void {
  if (commits.length === 0) return
  const named = commits.slice(0, 3).map(({ commit, subject }) => `${commit.slice(0, 12)} ("${subject}")`)
  const more = commits.length > named.length ? ` and ${commits.length - named.length} more` : ''
  throw new UsageError('SERIES_RANGE', `the range ${range} has ${what}: ${named.join(', ')}${more}`, {
    hint: 'rebase the commits into one line, or use the tip as the source: {git: REPOSITORY, ref: TIP}',
  })
}

/** Lists the contents that the diffs of commits read. */
async function blobsOf(own: OwnRepository, commits: readonly EmptyCommit[], signal: AbortSignal): Promise<string[]> {
  const input = commits.map(({ commit }) => `${commit}\n`).join('')
  const raw = await gitIn(own, ['diff-tree', '--stdin', '-r', '--raw', '--no-renames', '--no-abbrev'], {
    signal,
    input,
  })
  return [...raw.matchAll(/^:(\d+) (\d+) (\w+) (\w+) /gm)].flatMap(([, oldMode, newMode, before = '', after = '']) => [
    ...(oldMode === '000000' || oldMode === '160000' ? [] : [before]),
    ...(newMode === '000000' || newMode === '160000' ? [] : [after]),
  ])
}
