// The work of `gmemtest merge`: sends the events of all shards to the reports of one run.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { resultNames } from '../../base/result-names.ts'
import { plainText } from '../../report/plain.ts'
import { reporting } from '../../report/open-sinks.ts'
import { makeResultsDirectory, writeProvenance } from '../../report/results-directory.ts'
import { readBaseline } from '../../report/stored/baseline.ts'
import { mergeShards } from '../../report/stored/merge-shards.ts'
import { exitCodeOfEvents } from '../../report/stored/stored-exit-code.ts'
import { readRun, type StoredRun } from '../../report/stored/stored-run.ts'
import { targetsOf } from '../../report/targets.ts'
import type { CommandContext } from '../command-context.ts'
import type { JobOptions } from '../job-options.ts'
import { claimDirectory } from './claim-directory.ts'

/** Merges the shards in these directories into new results, and returns the exit code of the whole run. */
export async function mergeStoredRuns(
  places: readonly string[],
  { output, report = [], baseline: earlier }: Pick<JobOptions, 'baseline' | 'output' | 'report'>,
  context: CommandContext,
): Promise<number> {
  const targets = targetsOf(report, process.env['GITHUB_STEP_SUMMARY'])
  const runs: StoredRun[] = []
  for (const place of places) runs.push(await readRun(place))
  const lines = mergeShards(runs)
  const baseline = earlier === undefined ? undefined : await readBaseline(earlier)
  for (const note of runs.flatMap(({ notes }) => notes)) context.stderr.write(`gmemtest: ${plainText(note)}\n`)
  refuseShard(output, runs)
  await using stack = new AsyncDisposableStack()
  const directory = await makeResultsDirectory({
    output,
    kernel: `${runs[0]?.beginning.kernel ?? 'none'}-merged`,
    now: new Date(),
    claim: async (made) => void stack.use(await claimDirectory(made, context)),
  })
  await writeProvenance(directory, { shards: await Promise.all(runs.map(originOf)) })
  return await reporting({ ...context, isStored: true }, directory, targets, async ({ emit, pass }) => {
    for (const line of lines) {
      await ('event' in line ? emit(baseline?.compared(line.event) ?? line.event) : pass(line.unknown))
    }
    const exitCode = exitCodeOfEvents(lines.flatMap((line) => ('event' in line ? [line.event] : [])))
    return baseline?.exitCode(exitCode) ?? exitCode
  })
}

/** @throws {UsageError} OPTION_VALUE when the output would replace the results of a shard */
function refuseShard(output: string | undefined, runs: readonly StoredRun[]): void {
  const shard = runs.find(({ directory }) => output !== undefined && path.resolve(directory) === path.resolve(output))
  if (shard === undefined) return
  throw new UsageError('OPTION_VALUE', `--output ${shard.directory} is the directory of a shard`, {
    hint: 'choose another directory for the merged results',
  })
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
