// Source from a commit of a git repository: a repository of this computer, which is only read, or one behind a URL.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import { sha256 } from '../../cache/hash.ts'
import { shellLine, shellWord } from '../../process/child.ts'
import type { KernelSource } from '../definition/definition.ts'
import type { BuildContext } from '../provide-progress.ts'
import { gitAssignments, gitEnvironment, networkEnvironment } from './git-environment.ts'
import { asked, borrowObjects, completeBlobs, gitIn, oneHour } from './own-repository.ts'
import { isUnpacked, lockSource, makeTree, recall, remember, type SourceIdentity } from './pristine.ts'

type GitSource = Omit<Extract<KernelSource, { kind: 'git' }>, 'kind'>

function isLocal(source: GitSource): boolean {
  return path.isAbsolute(source.location)
}

function pinOf(source: GitSource): string {
  return `git-${sha256(`${source.location}\0${source.ref}`).slice(0, 24)}`
}

/**
 * Identifies the commit. It asks a local repository each time, but a URL only once, until a refresh.
 * @throws {UsageError} SOURCE_REF_UNKNOWN, SOURCE_MISSING
 */
export async function identifyGit(source: GitSource, context: BuildContext): Promise<SourceIdentity | undefined> {
  if (!isLocal(source)) {
    const commit = (await recall(context.cache, pinOf(source)))?.facts['commit']
    return commit === undefined ? undefined : identityOf(source, commit)
  }
  return identityOf(source, await resolveCommit(source.location, source.ref, context.signal))
}

/**
 * Makes sure that a repository of this computer has the commit; does not ask one behind a URL.
 * @throws {UsageError} SOURCE_REF_UNKNOWN, SOURCE_MISSING
 */
export async function requireCommit(source: GitSource, signal: AbortSignal): Promise<void> {
  if (isLocal(source)) await resolveCommit(source.location, source.ref, signal)
}

/** Resolves a name to a commit in a repository of this computer. */
async function resolveCommit(repository: string, ref: string, signal: AbortSignal): Promise<string> {
  if (!existsSync(repository)) {
    throw new UsageError('SOURCE_MISSING', `there is no git repository ${repository}`, {
      hint: 'correct the path after git: in the definition',
    })
  }
  return succeed(
    'git',
    [...asked(repository), 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`],
    { signal, stage: 'asking git for the commit', env: gitEnvironment },
    (result) => unknownRef(repository, ref, result),
  )
}

function unknownRef(location: string, ref: string, result: CommandResult): UsageError {
  const tail = lastLines(result, 3)
  return tail.some((line) => line.includes('not a git repository'))
    ? new UsageError('SOURCE_MISSING', `${location} is not a git repository`, {
        hint: 'write dir: PATH for a tree without git',
      })
    : new UsageError('SOURCE_REF_UNKNOWN', `${location} has no commit '${ref}'`, {
        tail,
        hint: `'git ls-remote ${location}' lists its branches and tags`,
      })
}

const question = ['rev-parse', '--path-format=absolute', '--git-path', 'objects']

function identityOf(source: GitSource, commit: string): SourceIdentity {
  return {
    kind: 'git',
    content: `git ${commit}`,
    version: commit.startsWith(source.ref) ? commit : `${source.ref} (${commit.slice(0, 12)})`,
    directory: `git-${commit}`,
    facts: { location: source.location, ref: source.ref, commit },
    repeat: [
      `git init --template= ${commit.length === 64 ? '--object-format=sha256 ' : ''}linux`,
      isLocal(source)
        ? `${shellLine('git', [...asked(source.location), ...question])} > linux/.git/objects/info/alternates`
        : `git -C linux fetch --depth 1 ${shellWord(source.location)} ${commit}`,
      `${gitAssignments} git -C linux checkout ${commit}`,
    ],
  }
}

/**
 * Checks the commit out into the cache, unless the cache has it. A commit behind a URL is fetched first.
 * @throws {UsageError} SOURCE_REF_UNKNOWN, SOURCE_MISSING
 * @throws {InfraError} SOURCE_UNREACHABLE, NO_SPACE
 */
export async function obtainGit(source: GitSource, context: BuildContext, refresh: boolean): Promise<SourceIdentity> {
  const pin = pinOf(source)
  await using lock = await lockSource(context, pin)
  void lock
  const known = await identifyGit(source, context)
  const isCurrent = known !== undefined && (!refresh || isLocal(source))
  if (isCurrent && (await isUnpacked(context.cache, known.directory))) return known
  const ref = known === undefined || refresh ? source.ref : (known.facts['commit'] ?? source.ref)
  const repository = isLocal(source) ? source.location : await fetched({ ...source, ref }, context)
  const commit = await resolveCommit(repository, isLocal(source) ? ref : 'FETCH_HEAD', context.signal)
  const identity = identityOf(source, commit)
  await using treeLock = await lockSource(context, identity.directory)
  void treeLock
  if (!(await isUnpacked(context.cache, identity.directory))) {
    await makeTree(context, identity.directory, async (tree, scratch) => {
      context.progress({ type: 'phase', phase: 'source', detail: `checking out ${identity.version}` })
      await checkOut(repository, commit, tree, scratch, context)
    })
  }
  await remember(context.cache, pin, identity)
  return identity
}

/** Writes the files of a commit, as every repository that has the commit would write them without settings of its own. */
async function checkOut(
  repository: string,
  commit: string,
  tree: string,
  scratch: string,
  { signal }: BuildContext,
): Promise<void> {
  const own = await borrowObjects(repository, path.join(scratch, 'repository'), signal)
  const list = await gitIn(own, ['ls-tree', '-r', commit], { signal })
  const blobs = [...list.matchAll(/^\d+ blob (\w+)\t/gm)].map(([, blob = '']) => blob)
  await completeBlobs(own, blobs, signal)
  await gitIn(own, ['read-tree', '-m', '-u', commit], { signal, env: { GIT_WORK_TREE: tree } })
}

/** Returns the path of the repository in the cache for what is fetched from a URL. */
export function cloneOf(cache: string, location: string): string {
  return path.join(cache, 'git', `${sha256(location).slice(0, 24)}.git`)
}

/** Returns a repository in the cache that has the commit as FETCH_HEAD. */
async function fetched(source: GitSource, context: BuildContext): Promise<string> {
  const repository = cloneOf(context.cache, source.location)
  await mkdir(repository, { recursive: true })
  const options = { signal: context.signal, timeout: oneHour, env: networkEnvironment() }
  const failed = (result: CommandResult): UsageError | InfraError =>
    /couldn't find remote ref|not our ref|no such remote ref|unadvertised/i.test(result.stderr)
      ? unknownRef(source.location, source.ref, result)
      : new InfraError('SOURCE_UNREACHABLE', `cannot fetch ${source.ref} from ${source.location}`, {
          tail: lastLines(result, 5),
          hint: 'check the network, the proxy and the URL',
        })
  const stage = 'fetching the source'
  await succeed('git', ['init', '--quiet', '--bare', repository], { ...options, env: gitEnvironment, stage }, failed)
  context.progress({ type: 'phase', phase: 'source', detail: `fetching ${source.ref} from ${source.location}` })
  const fetch = [
    '-C',
    repository,
    'fetch',
    '--quiet',
    '--depth',
    '1',
    '--no-tags',
    '--no-auto-maintenance',
    '--',
    source.location,
  ]
  const shallow = await attempt('git', [...fetch, source.ref], options)
  if (shallow.exitCode !== 0) throw failed(shallow)
  return repository
}
