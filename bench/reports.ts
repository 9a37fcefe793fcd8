// The cost of the reports of a run, of all formats and the history together, against the time of the run.
import { createWriteStream } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { addRun } from '../harness/history/add-run.ts'
import { HistoryFile } from '../harness/history/history-file.ts'
import { formats } from '../harness/report/formats.ts'
import { readRun, type StoredRun } from '../harness/report/stored/stored-run.ts'
import { observeSuccess } from './command.ts'
import type { Measurement } from './figure.ts'

/** Enough tests for a figure, in a few minutes. */
const tests = ['conversion/', 'huge/']

/** Writes all reports of a run, event by event as during the run, adds it to a new history, and returns the milliseconds. */
async function reportAll(run: StoredRun, directory: string): Promise<number> {
  const begin = performance.now()
  for (const [name, load] of Object.entries(formats)) {
    const stream = createWriteStream(path.join(directory, name))
    const sink = (await load())(stream, { isTty: false, directory })
    for (const line of run.lines) if ('event' in line) await sink.write(line.event)
    await sink.close()
    stream.end()
    await finished(stream)
  }
  using history = await HistoryFile.open(path.join(directory, 'history.sqlite'))
  addRun(history, run)
  return performance.now() - begin
}

export const reports: Measurement = {
  name: 'reports',
  summary: 'all reports of a run and the history, against the time of the run',
  async measure(say) {
    await using results = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
    say(`running ${tests.join(' ')}`)
    const output = path.join(results.path, 'run')
    await observeSuccess(['run', '--output', output, ...tests])
    const run = await readRun(output)
    const ending = run.lines.findLast((line) => 'event' in line && line.event.type === 'run-finished')
    if (ending === undefined || !('event' in ending) || ending.event.type !== 'run-finished') {
      throw new Error('the run has no end')
    }
    const cost = await reportAll(run, results.path)
    return [
      { what: 'all reports of a run and the history', value: cost, unit: 'ms' },
      { what: 'against the time of the run', value: (cost / ending.event.milliseconds) * 100, unit: '%', limit: 2 },
    ]
  },
}
