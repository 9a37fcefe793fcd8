// Symbolises traces during a run, where a missing vmlinux or missing binutils must not change a verdict.
import { GmemtestError } from '../base/errors.ts'

/**
 * Adds file and line to lines that are places in the kernel: `  vfs_read+0x7e/0x113`. Never rejects: lines stay as they are
 * where a place cannot be resolved, or when the run is over.
 */
export type Symbolizer = (lines: readonly string[]) => Promise<readonly string[]>

/**
 * Makes the symbolizer of a kernel, which a run holds for all of its instances. Nothing is loaded before the first trace.
 * @param onTrouble receives the first reason why places lack file and line, at most once
 */
export function symbolizerOf(vmlinux: string, signal: AbortSignal, onTrouble: (trouble: string) => void): Symbolizer {
  let hasSaid = false
  const say = (trouble: string): void => {
    if (!hasSaid) onTrouble(`traces lack file and line: ${trouble}`)
    hasSaid = true
  }
  return async (lines) => {
    try {
      const { symbolizeLines } = await import('./symbolize.ts')
      const { symbolized, trouble } = await symbolizeLines(lines, { vmlinux, signal })
      if (trouble !== undefined) say(`${vmlinux}: ${trouble}`)
      return symbolized
    } catch (error) {
      if (signal.aborted) return lines
      if (!(error instanceof GmemtestError)) throw error
      say(error.message)
      return lines
    }
  }
}
