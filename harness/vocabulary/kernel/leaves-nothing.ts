// A thousand calls between two looks: what each of them leaves behind cannot hide in the noise of a busy kernel.
import type { Agent } from '../../agent/client.ts'
import { expectDone } from '../check.ts'
import { call, made, type RoundCall } from '../../agent/rounds.ts'
import { CheckFailure } from '../../base/check-failure.ts'
import { hiddenBy, readFootprint, readGrowth } from './footprint.ts'
import { waitUntil } from './wait-until.ts'

export { call, made, type RoundCall }

export interface Rounds {
  /** The operations of a round, for messages: "refused bindings". */
  readonly what: string
  /** How many rounds there are between the two looks. */
  readonly times: number
  /** A round closes all that it opens. */
  readonly round: readonly RoundCall[]
  /** The resources of which one in each round may leak unseen, because more rounds would take too long. Default: none. */
  readonly blindTo?: RegExp | undefined
}

/** A leak in every round grows by `times`, and noise by less than this part of it. */
const noise = 1 / 4
const warmUp = 1 / 10
const freeing = { milliseconds: 200, pause: 150 }

async function perform(agent: Agent, { what, times, round }: Rounds): Promise<readonly number[]> {
  const result = await agent.repeat(times, round)
  expectDone(result, what)
  if (result.done === times) return result.errors
  const { name, end } = round[result.call] ?? { name: 'nothing', end: {} }
  const wanted = [end.errno ?? 'OK', end.outcome ?? []].flat().join(', ')
  const found = `${result.callErrno}, ${result.word}`
  throw new CheckFailure(
    `${what}: round ${result.done}, call ${result.call}, ${name}: wanted ${wanted}, found ${found}`,
    {
      wanted,
      found,
    },
  )
}

/**
 * Repeats a round of operations in the agent. Each call must end as it tells, and afterwards the kernel must hold hardly more
 * than before. Returns how often each call ended with an errno.
 * @throws {CheckFailure} if a call ends in another way, or if the resources of some kind grew by a quarter of the rounds, and
 *   by more than the noise of their kind
 * @throws {Error} if a leak of one object in each round could hide in the noise of a kind that the rounds are not blind to
 */
export async function leavesNothing(agent: Agent, rounds: Rounds): Promise<readonly number[]> {
  const { what, times, blindTo } = rounds
  await perform(agent, { ...rounds, times: Math.ceil(times * warmUp) })
  const before = await readFootprint(agent)
  const hidden = hiddenBy(before, times).filter((name) => blindTo?.test(name) !== true)
  if (hidden.length > 0) throw new Error(`${what}: ${times} rounds are too few to see a leak of ${hidden.join(', ')}`)
  const errors = await perform(agent, rounds)
  const limit = times * noise
  let growth: ReadonlyMap<string, number> = new Map()
  // Workers of the kernel free the rest.
  await waitUntil(
    agent,
    async () => {
      growth = await readGrowth(agent, before, limit)
      return growth.size === 0
    },
    freeing,
  )
  if (growth.size === 0) return errors
  const found = [...growth].map(([name, by]) => `${name} grew by ${by}`).join('; ')
  throw new CheckFailure(`what ${times} times ${what} left behind: ${found}`, { wanted: `less than ${limit}`, found })
}
