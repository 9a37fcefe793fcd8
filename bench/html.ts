// The HTML report of a long run: the time to write it, its size, and the time until a browser shows it.
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { inProject } from '../harness/base/paths.ts'
import { findExecutable } from '../harness/process/executable.ts'
import { eventsVersion, type ReportEvent } from '../harness/report/events.ts'
import { lineOf } from '../harness/report/jsonl.ts'
import type { Figure, Measurement } from './figure.ts'

const results = 5000
/** One test in so many fails. */
const failures = 20
const milliseconds = 900

const names = Array.from({ length: results }, (_, place) => `the-name-of-a-scenario-of-usual-length-${place}`)
const title = 'a sentence about the rule that the scenario checks, as long as they usually are'

function about(place: number): NonNullable<Extract<ReportEvent, { type: 'test-finished' }>['about']> {
  return {
    rules: ['S-A9', 'S-A12', 'S-A19'],
    bugs: ['A-21'],
    needs: ['in-place-conversion'],
    pools: place % 2 === 0 ? [] : ['2M'],
  }
}

function at(place: number): string {
  return new Date((place + 1) * 1000).toISOString()
}

function eventsOf(): ReportEvent[] {
  const verdicts = { PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
  const common = { accelerator: 'tcg', reason: 'bench', profile: 'plain', origin: 'restored' } as const
  return [
    {
      type: 'run-started',
      time: at(0),
      version: eventsVersion,
      kernel: 'bench',
      dialect: 'convert-ioctl',
      suite: 'scenarios',
      tests: names,
      isolation: 'vm',
    },
    { type: 'kernel-ready', key: 'bench', release: '6.12.1', cached: true, milliseconds: 1 },
    ...names.flatMap((name, place): ReportEvent[] => [
      { type: 'vm-ready', time: at(place), worker: 0, ...common, milliseconds: 80 },
      { type: 'test-started', time: at(place), worker: 0, suite: 'scenarios', name, title },
      {
        type: 'test-finished',
        time: at(place + 1),
        worker: 0,
        suite: 'scenarios',
        name,
        title,
        about: about(place),
        milliseconds,
        ...(place % failures === 0 ? failure : { verdict: 'PASS' }),
      },
    ]),
    { type: 'run-finished', milliseconds: results * 1000, verdicts, exitCode: 1 },
  ]
}

const failure = {
  verdict: 'FAIL',
  diagnostic: {
    message: 'error_offset of converting pages 0..7 to private: wanted 12288, found 0',
    rules: ['S-A9', 'S-A12', 'S-A19'],
    operations: Array.from(
      { length: 12 },
      () => 'convert(gmem#5, convert-ioctl, private, offset 0x0, size 0x1000) = EAGAIN',
    ),
    wanted: 12_288,
    found: 0,
    console: Array.from({ length: 30 }, () => '[    1.000000] a line of the console of usual length for a kernel'),
    again: './gmemtest run --kernel bench test',
  },
} as const

/** Measures how long the browser takes from the address to the end of its load event, in seconds. */
async function openingTime(file: string): Promise<number> {
  const executablePath = findExecutable('chromium')
  if (executablePath === undefined) throw new Error('chromium is missing: ./gmemtest doctor names its package')
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  try {
    const page = await browser.newPage()
    const begin = performance.now()
    await page.goto(`file://${file}`)
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))')
    return (performance.now() - begin) / 1000
  } finally {
    await browser.close()
  }
}

/** Measures the report of 5,000 results, the start of gmemtest and of the report's code included. */
export const html: Measurement = {
  name: 'html',
  summary: 'the HTML report of 5,000 results: writing and opening it',
  async measure(say): Promise<readonly Figure[]> {
    const home = await mkdtemp(path.join(tmpdir(), 'gmemtest-bench-'))
    try {
      const lines = eventsOf().map((event) => `${lineOf(event)}\n`)
      await writeFile(path.join(home, 'results.jsonl'), lines.join(''))
      say('writing it')
      const begin = performance.now()
      const { status } = spawnSync(inProject('gmemtest'), ['report', home, '--report', 'html'], { stdio: 'ignore' })
      if (status !== 1) throw new Error(`gmemtest report ended with ${status}, not with 1, so its time is worthless`)
      const seconds = (performance.now() - begin) / 1000
      const file = path.join(home, 'report.html')
      say('opening it')
      return [
        { what: `writing the HTML report of ${results} results`, value: seconds, unit: 's', limit: 3 },
        { what: 'the size of this report', value: (await stat(file)).size / 1e6, unit: 'MB', limit: 5 },
        { what: 'opening this report in chromium', value: await openingTime(file), unit: 's', limit: 2 },
      ]
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  },
}
