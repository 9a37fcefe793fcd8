// How long one operation takes from the harness to the agent in the guest and back.
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bootMachine } from '../harness/commands/machine.ts'
import { compileAgent } from '../harness/guest/agent.ts'
import { provideGuestImage } from '../harness/guest/image.ts'
import { provideKernel } from '../harness/kernel/provide.ts'
import { defaultKernel, loadKernelDefinition } from '../harness/project/definition.ts'
import { cacheDirectory } from '../harness/project/paths.ts'
import { bytes } from '../harness/project/units.ts'
import { chooseAccelerator } from '../harness/vm/accelerator.ts'
import { median, quantile } from './figure.ts'
import type { Measurement } from './figure.ts'

const warmUp = 200
const rounds = 2000

export const roundTrip: Measurement = {
  name: 'round-trip',
  summary: 'one operation of the agent, over ssh and back',
  async measure(say) {
    const options = { cache: cacheDirectory(), signal: new AbortController().signal }
    await using directory = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
    const definition = await loadKernelDefinition(defaultKernel)
    const kernel = await provideKernel(definition, { ...options, progress: () => undefined })
    await using machine = await bootMachine({
      vmlinux: kernel.vmlinux,
      image: await provideGuestImage(options),
      agent: await compileAgent(options),
      accelerator: await chooseAccelerator(undefined),
      memory: bytes(2 ** 30),
      cpus: 2,
      consoleFile: path.join(directory.path, 'console.log'),
      signal: options.signal,
    })
    say(`${rounds} operations`)
    const times: number[] = []
    for (let round = -warmUp; round < rounds; round += 1) {
      const begin = performance.now()
      await machine.agent.setAffinity(0)
      if (round >= 0) times.push(performance.now() - begin)
    }
    return [
      { what: 'agent round trip, median', value: median(times), unit: 'ms', limit: 2 },
      { what: 'agent round trip, 99 of 100', value: quantile(times, 0.99), unit: 'ms' },
    ]
  },
}
