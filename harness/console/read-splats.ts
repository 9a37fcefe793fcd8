// Reads the splats in lines of the console and sifts them by the allowances of a run, once.
import type { Allowance } from '../kernel/definition/allowances.ts'
import { findSplats } from './find-splats.ts'
import { parseLine } from './printk.ts'
import { sift } from './sift.ts'
import type { Splat } from './splat.ts'

/** A splat that does not count, with the reason. */
export interface AllowedSplat {
  readonly splat: Splat
  /** One line for reports: what it was, why it does not count, and until when. */
  readonly note: string
}

export interface SplatReading {
  /** The splats that count. */
  readonly splats: readonly Splat[]
  readonly allowed: readonly AllowedSplat[]
}

/** Reads the splats in some lines; `isRunning: false` for lines that begin with the boot of the kernel. */
export type ReadSplats = (lines: readonly string[], options?: { readonly isRunning: false }) => SplatReading

/**
 * Makes the reader of a run. `today` (`dayOf`) is a fact of the run: an allowance holds for all of a run that begins on
 * its last day.
 */
export function splatReader(allow: readonly Allowance[], today: string): ReadSplats {
  return (lines, options) => {
    const { counted, allowed } = sift(findSplats(lines, options), allow, today)
    return {
      splats: counted,
      allowed: allowed.map(({ splat, allowance: { expires, reason } }) => ({
        splat,
        note: `${splat.title}: allowed until ${expires} (${reason})`,
      })),
    }
  }
}

/** Returns the warnings that are not lines of an allowed splat. */
export function withoutAllowed(warnings: readonly string[], allowed: readonly AllowedSplat[]): string[] {
  const lines = new Set(allowed.flatMap(({ splat }) => splat.lines.map((line) => parseLine(line).text)))
  return warnings.filter((text) => !lines.has(text))
}
