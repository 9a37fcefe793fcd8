// The time to the first test point when everything is in the cache, against bare QEMU with the same kernel.
import { spawn } from 'node:child_process'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { provideGuestImage } from '../harness/image/image.ts'
import { provideKernel } from '../harness/kernel/provide.ts'
import { defaultKernel, loadKernelDefinition } from '../harness/kernel/definition/load-definition.ts'
import { cacheDirectory } from '../harness/base/paths.ts'
import { dieWithHarness } from '../harness/process/run-program.ts'
import { observeSuccess } from './command.ts'
import { median, type Measurement } from './figure.ts'

const rounds = 7
const scenario = 'default-state-is-shared'

/** Gives the options to boot this kernel by hand on a computer without KVM. */
function bareQemu(vmlinux: string, initramfs: string): string[] {
  const instance = '-machine q35 -accel tcg,thread=multi -cpu max,+svm,+npt -smp 2 -m 1G'
  const devices = '-nodefaults -display none -serial stdio -no-reboot'
  const files = ['-kernel', vmlinux, '-initrd', initramfs, '-append', 'console=ttyS0 panic=-1']
  return [...instance.split(' '), ...devices.split(' '), ...files]
}

async function timeToInit(vmlinux: string, initramfs: string): Promise<number> {
  const begin = performance.now()
  const [file, args] = dieWithHarness('qemu-system-x86_64', bareQemu(vmlinux, initramfs))
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 120_000 })
  try {
    return await new Promise<number>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('gmemtest-init: ')) resolve(performance.now() - begin)
      })
      child.once('error', reject)
      child.once('close', () => reject(new Error('QEMU ended before init had started')))
    })
  } finally {
    child.kill('SIGKILL')
  }
}

export const warmStart: Measurement = {
  name: 'warm-start',
  summary: 'start of ./gmemtest run to its first test point, against bare QEMU to the first line of init',
  async measure(say) {
    const options = { cache: cacheDirectory(), signal: new AbortController().signal }
    const definition = await loadKernelDefinition(defaultKernel)
    const kernel = await provideKernel(definition, { ...options, progress: () => undefined })
    const image = await provideGuestImage(options)
    await using results = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-bench-'))
    await observeSuccess(['run', scenario, '--output', path.join(results.path, 'warm-up')])
    const gmemtest: number[] = []
    const bare: number[] = []
    const ratios: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`)
      const qemu = await timeToInit(kernel.vmlinux, image.initramfs)
      const output = path.join(results.path, String(round))
      const { firstPoint } = await observeSuccess(['run', scenario, '--output', output])
      if (firstPoint === undefined) throw new Error('the run had no test point')
      bare.push(qemu)
      gmemtest.push(firstPoint)
      ratios.push(firstPoint / qemu)
    }
    return [
      { what: 'bare QEMU, start to the first line of init', value: median(bare), unit: 'ms' },
      { what: 'gmemtest run, start to the first test point', value: median(gmemtest), unit: 'ms' },
      { what: 'their ratio (median of the rounds)', value: median(ratios), unit: '×', limit: 1.8 },
    ]
  },
}
