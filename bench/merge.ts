// Reports of runs that are over: the merge of many shards.
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inProject } from '../harness/base/paths.ts'
import { eventsVersion, type ReportEvent } from '../harness/report/events.ts'
import { lineOf } from '../harness/report/jsonl.ts'
import type { Measurement } from './figure.ts'

const shards = 100
const testsOfShard = 1000
/** One test in so many fails. */
const failures = 100

function at(place: number): string {
  return new Date(place * 1000).toISOString()
}

function eventsOf(index: number): ReportEvent[] {
  const places = Array.from({ length: testsOfShard }, (_, place) => index + place * shards)
  const tests = places.map((place) => `test-${place}`)
  const total = shards * testsOfShard
  const instance = {
    accelerator: 'tcg',
    reason: 'bench',
    profile: 'plain',
    origin: 'restored',
    milliseconds: 500,
  } as const
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  return [
    {
      type: 'run-started',
      time: new Date(0).toISOString(),
      version: eventsVersion,
      kernel: 'bench',
      dialect: 'convert-ioctl',
      suite: 'scenarios',
      tests,
      isolation: 'vm',
      shard: { index: index + 1, count: shards, total, places, basis: 'bench' },
    },
    { type: 'kernel-ready', key: 'bench', release: '6.12', cached: true, milliseconds: 1 },
    { type: 'shard-planned', tests, places },
    ...tests.flatMap((name, place): ReportEvent[] => [
      { type: 'vm-ready', time: at(place), worker: 0, ...instance },
      { type: 'test-started', time: at(place), worker: 0, suite: 'scenarios', name, title: 'the title of a test' },
      {
        type: 'test-finished',
        time: at(place + 1),
        worker: 0,
        suite: 'scenarios',
        name,
        title: 'the title of a test',
        milliseconds: 500,
        ...(place % failures === 0 ? failure : { verdict: 'PASS' }),
      },
    ]),
    { type: 'run-finished', milliseconds: 1000, verdicts, exitCode: 1 },
  ]
}

const failure = {
  verdict: 'FAIL',
  diagnostic: {
    message: 'wanted 1, found 2',
    rules: ['S-A9'],
    operations: Array.from(
      { length: 12 },
      () => 'convert(gmem#5, convert-ioctl, private, offset 0x0, size 0x1000) = EAGAIN',
    ),
    wanted: 1,
    found: 2,
    console: Array.from({ length: 30 }, () => '[    1.0] a line of the console'),
    again: './gmemtest run test',
  },
} as const

/** Measures `gmemtest merge`, start and reports included. */
export const merge: Measurement = {
  name: 'merge',
  summary: 'the merge of 100 shards of 1,000 results',
  async measure(say) {
    const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-bench-'))
    try {
      say('writing the shards')
      const directories: string[] = []
      for (let index = 0; index < shards; index += 1) {
        const directory = path.join(home, `shard-${index}`)
        await mkdir(directory)
        await writeFile(
          path.join(directory, 'results.jsonl'),
          eventsOf(index)
            .map((event) => `${lineOf(event)}\n`)
            .join(''),
        )
        directories.push(directory)
      }
      say('merging them')
      const begin = performance.now()
      const { status } = spawnSync(
        inProject('gmemtest'),
        ['merge', '--output', path.join(home, 'merged'), ...directories],
        {
          stdio: ['ignore', 'ignore', 'ignore'],
          env: { ...process.env, GMEMTEST_HISTORY: path.join(home, 'history.sqlite') },
        },
      )
      if (status !== 1) throw new Error(`gmemtest merge ended with ${status}, not with 1, so its time is worthless`)
      const seconds = (performance.now() - begin) / 1000
      return [{ what: `merging ${shards} shards of ${testsOfShard} results`, value: seconds, unit: 's', limit: 5 }]
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  },
}
