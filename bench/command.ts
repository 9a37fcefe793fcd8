// Runs the command line like a user and observes it from outside: the time of its output, and its memory.
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { dieWithHarness } from '../harness/process/run-program.ts'
import { inProject } from '../harness/base/paths.ts'

export interface Observed {
  readonly exitCode: number | null
  readonly milliseconds: number
  /** From the start to the first line of standard output that is a test point. */
  readonly firstPoint: number | undefined
  /** The peak of the resident memory of the harness itself, in MiB. */
  readonly peakMegabytes: number
  readonly stdout: string
  readonly stderr: string
}

const sampleMilliseconds = 50
const deadlineMilliseconds = 60 * 60 * 1000

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}

/** Runs of a measurement are no past of the kernels of the user. */
const ownHistory = path.join(tmpdir(), `gmemtest-bench-${process.pid}.sqlite`)

/** Runs `./gmemtest` to its end. */
async function observe(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Observed> {
  const begin = performance.now()
  const [file, wrapped] = dieWithHarness(inProject('gmemtest'), args)
  const child = spawn(file, wrapped, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GMEMTEST_HISTORY: ownHistory, ...environment },
    timeout: deadlineMilliseconds,
  })
  let firstPoint: number | undefined
  let peakMegabytes = 0
  let stdout = ''
  let stderr = ''
  createInterface(child.stdout).on('line', (line) => {
    stdout += `${line}\n`
    if (/^(not )?ok /.test(line)) firstPoint ??= performance.now() - begin
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const sampler = setInterval(() => {
    void peakOf(child.pid).then((peak) => (peakMegabytes = Math.max(peakMegabytes, peak)))
  }, sampleMilliseconds)
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearInterval(sampler)
  return { exitCode, milliseconds: performance.now() - begin, firstPoint, peakMegabytes, stdout, stderr }
}

/** Runs `./gmemtest`, which must succeed. @throws {Error} with its standard error when it fails */
export async function observeSuccess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Observed> {
  const observed = await observe(args, environment)
  if (observed.exitCode !== 0) {
    throw new Error(`gmemtest ${args.join(' ')} ended with ${observed.exitCode}: ${observed.stderr}`)
  }
  return observed
}
