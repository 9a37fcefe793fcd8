// Symbolises traces during a run, where a missing vmlinux or missing binutils must not change a verdict.
import { GmemtestError } from '../base/errors.ts'
import type { Splat } from './splat.ts'
import type { Symbolized } from './symbolize.ts'

/**
 * Adds file and line to the places of one kernel. Both methods reject only with the reason of `signal`; names stay as they
 * are where they cannot be resolved.
 */
export interface Symbolizer {
  /** Symbolises the traces of splats. */
  splats(this: void, splats: readonly Splat[], signal: AbortSignal): Promise<readonly Splat[]>
  /** Symbolises lines that are places in the kernel: `  vfs_read+0x7e/0x113`. Other lines stay as they are. */
  lines(this: void, lines: readonly string[], signal: AbortSignal): Promise<readonly string[]>
}

/**
 * Makes the symbolizer of a kernel. Nothing is read or loaded before the first trace.
 * @param onTrouble receives the first reason why frames lack a line, at most once
 */
export function symbolizerOf(vmlinux: string, onTrouble?: (trouble: string) => void): Symbolizer {
  let hasSaid = false
  const say = (trouble: string | undefined): void => {
    if (trouble === undefined || hasSaid) return
    hasSaid = true
    onTrouble?.(`traces lack file and line: ${trouble}`)
  }

  async function orAsGiven<Item>(
    given: readonly Item[],
    signal: AbortSignal,
    work: () => Promise<Symbolized<Item>>,
  ): Promise<readonly Item[]> {
    try {
      const { symbolized, trouble } = await work()
      say(trouble === undefined ? undefined : `${vmlinux}: ${trouble}`)
      return symbolized
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof GmemtestError)) throw error
      say(error.message)
      return given
    }
  }

  return {
    async splats(splats, signal) {
      if (splats.every(({ trace }) => trace.length === 0)) return splats
      return await orAsGiven(splats, signal, async () =>
        (await import('./symbolize.ts')).symbolizeSplats(splats, { vmlinux, signal }),
      )
    },
    async lines(lines, signal) {
      if (lines.length === 0) return lines
      return await orAsGiven(lines, signal, async () =>
        (await import('./symbolize.ts')).symbolizeLines(lines, { vmlinux, signal }),
      )
    },
  }
}
