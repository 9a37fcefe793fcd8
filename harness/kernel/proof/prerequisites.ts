// Makes sure that all that a series needs is in the tree before its first patch.
import { InfraError, UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf } from '../../cache/hash.ts'
import { attempt } from '../command.ts'
import path from 'node:path'
import type { KernelDefinition } from '../definition/definition.ts'
import { prerequisiteName, type Prerequisite } from '../mails/base-facts.ts'
import { patchesOf, readParts, type ReadPart, type SeriesContext } from '../series.ts'
import { patchIds } from '../series/apply.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { cloneOf } from '../source/git.ts'
import { asked } from '../source/own-repository.ts'
import type { SourceIdentity } from '../source/pristine.ts'

/** A prerequisite, and what has it. */
export interface MetPrerequisite {
  /** The line of the mail: `prerequisite-patch-id: …`. */
  readonly line: string
  readonly by: string
}

/** A series with the parts that it needs before it. */
export interface WholeSeries {
  readonly parts: readonly ReadPart[]
  readonly prerequisites: readonly MetPrerequisite[]
}

type Needs = Pick<KernelDefinition, 'source' | 'inSource'>

/**
 * Finds each prerequisite of each part, in the order of the lines: in the parts before it, in the history of the source, or, for
 * a Message-ID, in the archive of the mailing lists, whose mails become a part before it.
 * @throws {UsageError} SERIES_PREREQUISITE, naming all that are missing, or those in another order
 */
export async function meetPrerequisites(
  parts: readonly ReadPart[],
  definition: Needs,
  identity: SourceIdentity | undefined,
  context: SeriesContext,
): Promise<WholeSeries> {
  const whole: ReadPart[] = []
  const met: MetPrerequisite[] = []
  for (const part of parts) await add(part, new Set())
  return { parts: whole, prerequisites: met }

  async function add(part: ReadPart, around: ReadonlySet<string>): Promise<void> {
    const missing: string[] = []
    let last = -1
    for (const one of part.series.prerequisites) {
      const line = prerequisiteName(one)
      if (one.kind === 'message-id' && !around.has(one.id) && !isPresent(one, [...whole, part]) && !isDeclared(one)) {
        for (const fetched of await fetchPart(part, one.id, context)) await add(fetched, new Set([...around, one.id]))
      }
      const found = isDeclared(one)
        ? { by: 'the source, as its definition says', at: undefined }
        : await find(one, part, [...whole, part], identity, definition, context)
      if (found === undefined) missing.push(line)
      else {
        met.push({ line, by: found.by })
        if (found.at !== undefined && found.at < last) throw wrongOrder(part, line)
        last = found.at ?? last
      }
    }
    if (missing.length > 0) throw lacking(part, missing)
    whole.push(part)
  }

  function isDeclared({ id }: Prerequisite): boolean {
    return definition.inSource?.some((each) => each.replaceAll(/[<>]/g, '') === id) ?? false
  }
}

function nameOf({ part, series }: ReadPart): string {
  return series.title === undefined ? part.name : `'${series.title}'`
}

function isPresent(one: Prerequisite, parts: readonly ReadPart[]): boolean {
  if (one.kind === 'message-id') return parts.some(({ series }) => series.messageIds.includes(one.id))
  return (
    one.kind === 'change-id' &&
    parts.some(({ series }) => series.changeIds.some((id) => isVersion(one, id, series.version)))
  )
}

function isVersion({ id, version }: Extract<Prerequisite, { kind: 'change-id' }>, found: string, name = ''): boolean {
  return id === found && (version === undefined || Number(/(\d+)$/.exec(name)?.[1] ?? 1) === version)
}

interface Place {
  readonly by: string
  /** The position of the patch in the series; undefined for one in the source. */
  readonly at: number | undefined
}

async function find(
  one: Prerequisite,
  part: ReadPart,
  parts: readonly ReadPart[],
  identity: SourceIdentity | undefined,
  definition: Needs,
  context: SeriesContext,
): Promise<Place | undefined> {
  if (one.kind !== 'patch-id') return isPresent(one, parts) ? { by: 'the series before it', at: undefined } : undefined
  const patches = patchesOf(parts)
  const at = (
    await rememberedIds(['patches', patches.map(({ content }) => content)], context, () => patchIds(patches, context))
  ).indexOf(one.id)
  if (at >= 0) return { by: `the patch ${patches[at]?.name}`, at }
  const history = await historyOf(part.series.baseCommit, identity, definition, context)
  return history.includes(one.id) ? { by: 'a commit of the source', at: undefined } : undefined
}

/** How many commits behind the base are looked through: a release has about 15,000. */
const mostCommits = 40_000

/** Returns the patch-ids of the commits of the source behind the base of the series; none for a source without history. */
async function historyOf(
  base: string | undefined,
  identity: SourceIdentity | undefined,
  { source }: Needs,
  context: SeriesContext,
): Promise<string[]> {
  const tip = source.kind === 'dir' ? 'HEAD' : identity?.facts['commit']
  const repository = repositoryOf(source, context.cache)
  if (base === undefined || tip === undefined || repository === undefined) return []
  const git = async (...args: string[]): Promise<string | undefined> => {
    const result = await attempt('git', [...asked(repository), ...args], {
      signal: context.signal,
      env: gitEnvironment,
    })
    return result.exitCode === 0 ? result.stdout.trim() : undefined
  }
  const commit = await git('rev-parse', '--verify', '--quiet', `${tip}^{commit}`)
  const isAncestor = (await git('merge-base', '--is-ancestor', base, tip)) !== undefined
  const count = isAncestor ? Number(await git('rev-list', '--count', '--no-merges', `${base}..${tip}`)) : 0
  if (commit === undefined || count === 0 || count > mostCommits) return []
  return rememberedIds(['commits', base, commit], context, async () => {
    const script =
      'git -c safe.directory="*" -C "$1" log -p --no-merges --no-color --no-ext-diff --no-textconv --full-index "$2" | git patch-id --stable'
    const result = await attempt('sh', ['-c', script, 'sh', repository, `${base}..${commit}`], {
      signal: context.signal,
      env: gitEnvironment,
    })
    return result.stdout.split('\n').map((line) => line.split(' ')[0] ?? '')
  })
}

/** Returns the repository that has the history of a source. */
export function repositoryOf(source: KernelDefinition['source'], cache: string): string | undefined {
  if (source.kind === 'dir') return source.path
  if (source.kind !== 'git') return undefined
  return path.isAbsolute(source.location) ? source.location : cloneOf(cache, source.location)
}

async function rememberedIds(
  inputs: unknown,
  { cache }: SeriesContext,
  compute: () => Promise<string[]>,
): Promise<string[]> {
  const memory = path.join(cache, 'series', `ids-${keyOf(inputs)}.json`)
  const known = await readJson(memory)
  if (Array.isArray(known)) return known.map(String)
  const ids = await compute()
  await rememberJson(memory, ids)
  return ids
}

async function fetchPart(part: ReadPart, messageId: string, context: SeriesContext): Promise<ReadPart[]> {
  try {
    return await readParts([{ kind: 'mail', name: `<${messageId}>`, messageId }], context)
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof InfraError)) throw error
    throw new UsageError(
      'SERIES_PREREQUISITE',
      `the series ${nameOf(part)} needs prerequisite-message-id: <${messageId}>`,
      {
        cause: error,
        tail: [error.message],
        hint: `${error.hint ?? 'save its mails to a file'}; name that file before this series`,
      },
    )
  }
}

function lacking(part: ReadPart, missing: readonly string[]): UsageError {
  const { baseCommit } = part.series
  const base = baseCommit === undefined ? '' : ` and base-commit ${baseCommit.slice(0, 12)}`
  return new UsageError(
    'SERIES_PREREQUISITE',
    `the series ${nameOf(part)} lacks ${plural(missing.length, 'prerequisite')}: ${missing[0]}`,
    {
      tail: missing.slice(1),
      hint: `name the patches that it needs before it (--series FIRST --series THIS), take a source that has them${base}, or declare what the source has: --in-source ID, inSource: [ID]`,
    },
  )
}

function wrongOrder(part: ReadPart, line: string): UsageError {
  return new UsageError(
    'SERIES_PREREQUISITE',
    `the series ${nameOf(part)} names its prerequisites in another order: ${line} comes too early`,
    {
      hint: 'put the patches before the series in the order of its lines',
    },
  )
}
