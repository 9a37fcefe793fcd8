// The time of all scenarios together, against the boot before them, and the memory of the harness.
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RunEvent } from '../harness/report/events.ts'
import { observeSuccess } from './command.ts'
import { median, type Measurement } from './figure.ts'

const rounds = 3

function isEvent(value: unknown): value is RunEvent {
  return typeof value === 'object' && value !== null && 'type' in value
}

async function eventsOf(directory: string): Promise<readonly RunEvent[]> {
  const text = await readFile(path.join(directory, 'results.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isEvent)
}

export const scenarios: Measurement = {
  name: 'scenarios',
  summary: 'all scenarios together, against the boot of the instance',
  async measure(say) {
    await using results = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
    const boots: number[] = []
    const sums: number[] = []
    const peaks: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`)
      const output = path.join(results.path, String(round))
      const { peakMegabytes } = await observeSuccess(['run', '--isolation', 'none', '--jobs', '1', '--output', output])
      peaks.push(peakMegabytes)
      let sum = 0
      for (const event of await eventsOf(output)) {
        if (event.type === 'vm-ready' && event.profile === 'plain') boots.push(event.milliseconds)
        if (event.type === 'test-finished') sum += event.milliseconds
      }
      sums.push(sum)
    }
    return [
      { what: 'boot, QEMU start to a ready instance', value: median(boots), unit: 'ms' },
      { what: 'all scenarios together', value: median(sums), unit: 'ms' },
      { what: 'their ratio', value: median(sums) / median(boots), unit: '×', limit: 3 },
      {
        what: 'memory of the harness, most of all rounds',
        value: Math.max(...peaks),
        unit: 'MiB',
        limit: 200,
      },
    ]
  },
}
