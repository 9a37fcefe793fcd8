// The work of `gmemtest merge`: sends the events of all shards to the reports of one run.
import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { resultNames } from '../../base/result-names.ts'
import { reporting } from '../../report/open-sinks.ts'
import { makeResultsDirectory, writeProvenance } from '../../report/results-directory.ts'
import { mergeShards } from '../../report/stored/merge-shards.ts'
import { readRun, type StoredRun } from '../../report/stored/stored-run.ts'
import { targetsOf } from '../../report/targets.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import { claimDirectory } from './claim-directory.ts'
import { comparableOf, readComparison } from '../past/comparison.ts'
import { noteTeller } from './note-teller.ts'
import { refuseSources } from '../../report/stored/refuse-sources.ts'
import { readEarlier } from '../past/read-earlier.ts'
import { remembering } from '../past/remember-run.ts'
import { sendStored } from './send-stored.ts'

/** Merges the shards in these directories into new results, and returns the exit code of the whole run. */
export async function mergeStoredRuns(
  places: readonly string[],
  options: Pick<JobOptions, 'baseline' | 'known' | 'history' | 'output' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const { output } = options
  const targets = targetsOf(options.report ?? [], process.env['GITHUB_STEP_SUMMARY'])
  const runs: StoredRun[] = []
  for (const place of places) runs.push(await readRun(place))
  const { beginning, lines } = mergeShards(runs)
  const tell = noteTeller(context)
  for (const note of runs.flatMap(({ notes }) => notes)) tell(note)
  const comparable = comparableOf({ beginning, lines })
  const baseline = await readComparison(options, comparable, tell)
  await refuseShard(output, runs)
  await refuseSources(
    runs.map(({ file }) => file),
    targets,
  )
  await using stack = new AsyncDisposableStack()
  const directory = await makeResultsDirectory({
    output,
    kernel: `${beginning.kernel}-merged`,
    now: new Date(),
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
  await writeProvenance(directory, { shards: await Promise.all(runs.map(originOf)) })
  const history = await readEarlier(targets, options, comparable, tell)
  const streams = { ...context, isStored: true, history }
  const work = async (): Promise<number> => {
    const exitCode = await reporting(streams, directory, targets, (reports) => sendStored(lines, baseline, reports))
    // The reports are whole; the exit code tells of the interruption.
    context.signal.throwIfAborted()
    for (const note of baseline?.notMet() ?? []) tell(note)
    return exitCode
  }
  const merged: StoredRun = { file: path.join(directory, resultNames.events), directory, beginning, lines, notes: [] }
  return await remembering(directory, options, context, work, async () => merged)
}

/** @throws {UsageError} OPTION_VALUE when the output would replace the results of a shard */
async function refuseShard(output: string | undefined, runs: readonly StoredRun[]): Promise<void> {
  // Links have the results of a shard too; a directory that does not exist has none.
  const real = output === undefined ? undefined : await realpath(output).catch(() => undefined)
  if (real === undefined) return
  for (const { directory } of runs) {
    if ((await realpath(directory)) !== real) continue
    throw new UsageError('OPTION_VALUE', `--output ${output} is the directory of a shard, ${directory}`, {
      hint: 'choose another directory for the merged results',
    })
  }
}

async function originOf({ directory }: StoredRun): Promise<object> {
  const text = await readFile(path.join(directory, resultNames.provenance), 'utf8').catch(() => 'null')
  return { directory: path.resolve(directory), provenance: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return null
  }
}
