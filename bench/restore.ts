// The cost of a restored instance against one that boots, and the gain of several instances at once.
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bootInstance, restoreInstance } from '../harness/instance/boot-instance.ts'
import type { Instance } from '../harness/instance/instance.ts'
import { provideSnapshot } from '../harness/instance/snapshots.ts'
import { cacheDirectory } from '../harness/base/paths.ts'
import { plainProfile } from '../harness/vm/profile.ts'
import { observeSuccess } from './command.ts'
import { median, type Figure, type Measurement } from './figure.ts'
import { instanceOptions } from './bench-instance.ts'

const rounds = 7
const scenario = 'default-state-is-shared'
/** Short and long scenarios of all profiles. */
const several = 'huge-*'
const severalRounds = 3

interface Life {
  readonly toFirstOperation: number
  /** From the start until the instance is gone. */
  readonly whole: number
}

async function lifeOf(make: () => Promise<Instance>): Promise<Life> {
  const begin = performance.now()
  const instance = await make()
  let toFirstOperation: number
  try {
    await instance.agent.setAffinity(0)
    toFirstOperation = performance.now() - begin
  } finally {
    await instance[Symbol.asyncDispose]()
  }
  return { toFirstOperation, whole: performance.now() - begin }
}

/** Reads the time of the scenario itself in a successful run. */
async function scenarioMilliseconds(directory: string): Promise<number> {
  const text = await readFile(path.join(directory, 'results.jsonl'), 'utf8')
  const line = text.split('\n').find((candidate) => candidate.includes('"test-finished"'))
  const event: unknown = JSON.parse(line ?? 'null')
  if (typeof event === 'object' && event !== null && 'milliseconds' in event) return Number(event.milliseconds)
  throw new Error(`no test has finished in ${directory}`)
}

async function oneInstance(directory: string, say: (progress: string) => void): Promise<Figure[]> {
  const boots: number[] = []
  const restores: number[] = []
  const lives: number[] = []
  const runs: number[] = []
  const shares: number[] = []
  const options = await instanceOptions(plainProfile, path.join(directory, 'console.log'))
  const snapshot = await provideSnapshot(cacheDirectory(), options)
  await observeSuccess(['run', scenario, '--output', path.join(directory, 'warm-up')])
  for (let round = 0; round < rounds; round += 1) {
    say(`round ${round + 1} of ${rounds}`)
    boots.push((await lifeOf(() => bootInstance(options))).toFirstOperation)
    const { toFirstOperation: restore, whole } = await lifeOf(() => restoreInstance(options, snapshot))
    restores.push(restore)
    lives.push(whole)
    const output = path.join(directory, String(round))
    const { milliseconds } = await observeSuccess(['run', scenario, '--output', output])
    runs.push(milliseconds)
    shares.push(milliseconds / (1.2 * (restore + (await scenarioMilliseconds(output))) + 500))
  }
  return [
    { what: 'boot, to the first operation', value: median(boots), unit: 'ms' },
    { what: 'restore, to the first operation', value: median(restores), unit: 'ms' },
    { what: 'restore against boot', value: median(restores) / median(boots), unit: '×', limit: 0.25 },
    {
      what: 'a fresh instance, from its start until it is gone',
      value: median(lives),
      unit: 'ms',
      limit: 600,
    },
    { what: 'warm run of one scenario, start to exit', value: median(runs), unit: 'ms' },
    { what: 'against 1.2 × (restore + scenario) + 500 ms', value: median(shares), unit: '×', limit: 1 },
  ]
}

async function manyInstances(directory: string, say: (progress: string) => void): Promise<Figure[]> {
  const costs: number[] = []
  const gains: number[] = []
  const timeOf = async (name: string, ...args: string[]): Promise<readonly [number, number]> => {
    const output = path.join(directory, name)
    const { milliseconds, stdout } = await observeSuccess(['run', several, '--output', output, ...args])
    return [milliseconds, stdout.split('\n').filter((line) => line.startsWith('ok ')).length]
  }
  for (let round = 0; round < severalRounds; round += 1) {
    say(`several scenarios, round ${round + 1} of ${severalRounds}`)
    const [shared] = await timeOf(`none-${round}`, '--isolation', 'none', '--jobs', '1')
    const [one, count] = await timeOf(`one-${round}`, '--jobs', '1')
    const [two] = await timeOf(`two-${round}`, '--jobs', '2')
    costs.push((one - shared) / count)
    gains.push(one / two)
  }
  return [
    {
      what: 'cost of a fresh instance in a complete run, mean of all scenarios',
      value: median(costs),
      unit: 'ms',
    },
    { what: 'two instances at once, against one', value: median(gains), unit: '×', least: 1.7 },
  ]
}

async function within(measure: (directory: string) => Promise<Figure[]>): Promise<Figure[]> {
  await using directory = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
  return await measure(directory.path)
}

export const restore: Measurement = {
  name: 'restore',
  summary: 'instances restored from a saved state, against instances that boot',
  measure: (say) => within((directory) => oneInstance(directory, say)),
}

export const jobs: Measurement = {
  name: 'jobs',
  summary: 'an instance for each scenario against one for all, and two at once against one',
  measure: (say) => within((directory) => manyInstances(directory, say)),
}
