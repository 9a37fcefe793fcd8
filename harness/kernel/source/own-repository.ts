// Reads a repository of this computer without writing to it: a repository of our own borrows its objects. So neither the
// settings, filters, hooks and replacements of that repository nor its owner matter.
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import { gitEnvironment, networkEnvironment } from './git-environment.ts'

/** Milliseconds for a fetch. */
export const oneHour = 3_600_000

/** A bare repository of our own with the objects of another one. */
export interface OwnRepository {
  readonly directory: string
  readonly lender: string
}

/** Returns the words behind `git` that ask a repository, also one of another user, without writing to it. */
export function asked(repository: string): string[] {
  return ['-c', 'safe.directory=*', '-C', repository]
}

/**
 * Makes a repository in `directory` that borrows the objects of the repository `lender`.
 * @throws {UsageError} SOURCE_MISSING when `lender` is no repository
 */
export async function borrowObjects(lender: string, directory: string, signal: AbortSignal): Promise<OwnRepository> {
  const options = { signal, stage: 'reading the repository', env: gitEnvironment }
  const failed = (result: CommandResult): UsageError =>
    new UsageError('SOURCE_MISSING', `git cannot read the repository ${lender}`, { tail: lastLines(result, 3) })
  const question = ['rev-parse', '--show-object-format', '--path-format=absolute', '--git-path', 'objects']
  const answer = await succeed('git', [...asked(lender), ...question, '--git-path', 'shallow'], options, failed)
  const [format = '', objects = '', shallow = ''] = answer.split('\n')
  await mkdir(directory, { recursive: true })
  const made = ['init', '--quiet', '--bare', '--template=', `--object-format=${format}`, directory]
  await succeed('git', made, options, failed)
  await mkdir(path.join(directory, 'objects/info'), { recursive: true })
  await writeFile(path.join(directory, 'objects/info/alternates'), `${objects}\n`)
  await copyFile(shallow, path.join(directory, 'shallow')).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  return { directory, lender }
}

/**
 * Runs git on a repository of our own and returns its output.
 * @throws {InfraError} SOURCE_UNREADABLE when objects are missing or damaged
 */
export async function gitIn(
  { directory, lender }: OwnRepository,
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly input?: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  return succeed(
    'git',
    [`--git-dir=${directory}`, ...args],
    { ...options, stage: 'reading the repository', env: { ...gitEnvironment, ...options.env } },
    (result) =>
      new InfraError('SOURCE_UNREADABLE', `git cannot read all of what is needed of ${lender}`, {
        tail: lastLines(result, 3),
        hint: `'git -C ${lender} fsck' shows what is missing; a clone with all objects can always be used`,
      }),
  )
}

/**
 * Fetches the files that a partial clone (`git clone --filter=blob:none`) does not have, all at once, from the remote of the
 * lender into the repository of our own. A complete repository needs no network.
 * @throws {InfraError} SOURCE_UNREACHABLE
 */
export async function completeBlobs(own: OwnRepository, blobs: readonly string[], signal: AbortSignal): Promise<void> {
  if (blobs.length === 0) return
  const input = `${[...new Set(blobs)].join('\n')}\n`
  const found = await gitIn(own, ['cat-file', '--batch-check=%(objectname)'], { signal, input })
  const missing = found.split('\n').flatMap((line) => (line.endsWith(' missing') ? [line.replace(' missing', '')] : []))
  if (missing.length === 0) return
  const options = { signal, env: networkEnvironment() }
  const promisors = [...asked(own.lender), 'config', '--get-regexp', String.raw`^remote\..*\.promisor$`, 'true']
  const remote = /^remote\.(.*)\.promisor /.exec((await attempt('git', promisors, options)).stdout)?.[1]
  if (remote === undefined) {
    throw new InfraError('SOURCE_UNREADABLE', `${own.lender} lacks ${missing.length} of its files: ${missing[0]}, …`, {
      hint: `'git -C ${own.lender} fsck' shows what is missing`,
    })
  }
  const stage = 'fetching the files of a partial clone'
  const failed = (result: CommandResult): InfraError =>
    new InfraError(
      'SOURCE_UNREACHABLE',
      `${own.lender} is a partial clone, and its ${missing.length} missing files cannot be fetched`,
      {
        tail: lastLines(result, 3),
        hint: "use a clone without --filter, or make sure that 'git fetch' works in it",
      },
    )
  const url = await succeed(
    'git',
    [...asked(own.lender), 'ls-remote', '--get-url', remote],
    { ...options, stage },
    failed,
  )
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--recurse-submodules=no']
  const fetch = ['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', ...quiet, '--stdin', '--', url]
  // The address may be a path, which begins at the lender.
  const where = { stage, cwd: own.lender, timeout: oneHour, input: `${missing.join('\n')}\n` }
  await succeed('git', [`--git-dir=${own.directory}`, ...fetch], { ...options, ...where }, failed)
}
