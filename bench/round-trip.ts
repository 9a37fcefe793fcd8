// The time of one operation from the harness to the agent in an instance and back.
import { plainProfile } from '../harness/vm/profile.ts'
import { median, quantile, type Measurement } from './figure.ts'
import { withInstance } from './bench-instance.ts'

const warmUp = 200
const rounds = 2000

export const roundTrip: Measurement = {
  name: 'round-trip',
  summary: 'one operation of the agent, over ssh and back',
  measure: (say) =>
    withInstance(plainProfile, async ({ agent }) => {
      say(`${rounds} operations`)
      const times: number[] = []
      for (let round = -warmUp; round < rounds; round += 1) {
        const begin = performance.now()
        await agent.setAffinity(0)
        if (round >= 0) times.push(performance.now() - begin)
      }
      return [
        { what: 'agent round trip, median', value: median(times), unit: 'ms', limit: 2 },
        { what: 'agent round trip, 99 of 100', value: quantile(times, 0.99), unit: 'ms' },
      ]
    }),
}
