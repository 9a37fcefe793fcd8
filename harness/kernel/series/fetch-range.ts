// A range of commits behind a URL: both ends and what is between them are fetched into the cache, and no more history.
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { hasShape } from '../../base/has-shape.ts'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { attempt, lastLines } from '../command.ts'
import type { SeriesPart } from '../definition/definition.ts'
import { lockFor } from '../kernel-store.ts'
import type { BuildContext } from '../provide-progress.ts'
import { cloneOf } from '../source/git.ts'
import { gitEnvironment, networkEnvironment } from '../source/git-environment.ts'
import { oneHour } from '../source/own-repository.ts'

type Range = Extract<SeriesPart, { kind: 'git' }>

/** How many commits of history are fetched, one attempt after the other, until both ends meet. */
const depths = [1, 32, 256, 2048]

/**
 * Returns the same range in a repository of this computer, its ends as hashes. A range that was fetched before needs no
 * network, until a refresh.
 * @throws {UsageError} SERIES_RANGE, SERIES_UNKNOWN
 * @throws {InfraError} SERIES_UNREACHABLE
 */
export async function fetchRange(
  part: Range,
  context: Pick<BuildContext, 'cache' | 'signal' | 'progress' | 'refresh'>,
): Promise<Range> {
  const [base = '', tip = '', more] = part.range.split('..').map((end) => (end === '' ? 'HEAD' : end))
  if (more !== undefined || part.range.includes('...')) {
    throw new UsageError('SERIES_RANGE', `'${part.range}' is no range with two ends`, {
      hint: 'write the range as BASE..TIP',
    })
  }
  const repository = cloneOf(context.cache, part.repository)
  const key = keyOf([part.repository, base, tip])
  const memory = path.join(context.cache, 'series', `range-${key}.json`)
  const options = { signal: context.signal, env: gitEnvironment, cwd: context.cache }
  const ranged = (ends: { base: string; tip: string }): Range => ({
    ...part,
    repository,
    range: `${ends.base}..${ends.tip}`,
  })
  const known = await readJson(memory)
  if (context.refresh !== true && hasShape(known, { base: 'string', tip: 'string' })) {
    const present = await attempt('git', ['-C', repository, 'cat-file', '-e', `${known.tip}^{commit}`], options)
    if (present.exitCode === 0) return ranged(known)
  }
  await using lock = await lockFor(context, `git-${path.basename(repository)}`, 'fetches from this repository')
  void lock
  const failed = (result: CommandResult): Error => failure(part, result)
  await mkdir(repository, { recursive: true })
  await ask(['init', '--quiet', '--bare', repository], options, failed)
  const refs = { base: `refs/gmemtest/${key}/base`, tip: `refs/gmemtest/${key}/tip` }
  for (const depth of depths) {
    context.progress({ type: 'phase', phase: 'series', detail: `fetching ${part.range} from ${part.repository}` })
    const fetch = [
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-auto-maintenance',
      '--depth',
      String(depth),
      '--',
      part.repository,
    ]
    const network = { ...options, env: networkEnvironment(), timeout: oneHour }
    await ask(['-C', repository, ...fetch, `+${base}:${refs.base}`, `+${tip}:${refs.tip}`], network, failed)
    const between = await ask(['-C', repository, 'rev-list', refs.tip, `^${refs.base}`], options, failed)
    const shallow = new Set((await readFile(path.join(repository, 'shallow'), 'utf8').catch(() => '')).split('\n'))
    if (between.split('\n').some((commit) => commit !== '' && shallow.has(commit))) continue
    const ends = await ask(
      ['-C', repository, 'rev-parse', `${refs.base}^{commit}`, `${refs.tip}^{commit}`],
      options,
      failed,
    )
    const [first = '', last = ''] = ends.split('\n')
    await rememberJson(memory, { base: first, tip: last })
    return ranged({ base: first, tip: last })
  }
  throw new UsageError('SERIES_RANGE', `${base} is not among the last ${depths.at(-1)} commits before ${tip}`, {
    hint: 'name the commit before the series as BASE, or clone the repository and name the clone',
  })
}

async function ask(
  args: readonly string[],
  options: Parameters<typeof attempt>[2],
  failed: (result: CommandResult) => Error,
): Promise<string> {
  const result = await attempt('git', args, options)
  if (result.exitCode === 0) return result.stdout
  throw failed(result)
}

function failure(part: Range, result: CommandResult): Error {
  const tail = lastLines(result, 3)
  return /couldn't find remote ref|not our ref|no such remote ref|unadvertised|invalid refspec/i.test(result.stderr)
    ? new UsageError('SERIES_UNKNOWN', `${part.repository} has no range ${part.range}`, {
        tail,
        hint: `'git ls-remote ${part.repository}' lists its branches and tags`,
      })
    : new InfraError('SERIES_UNREACHABLE', `cannot fetch ${part.range} from ${part.repository}`, {
        tail,
        hint: 'check the network, the proxy and the URL; or clone it where the network allows it, and name the clone',
      })
}
