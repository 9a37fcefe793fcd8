// A complaint of the kernel, as the parser gives it.
import { createHash } from 'node:crypto'
import type { TraceFrame } from './stack-frames.ts'
import { isEntry, isHelper } from './blame.ts'
import type { SplatKind } from './pattern-table.ts'

/** In whose name the kernel ran. */
export interface SplatTask {
  readonly comm?: string
  readonly pid?: number
  readonly cpu?: number
}

/** One complaint of the kernel. */
export interface Splat {
  readonly kind: SplatKind
  /** What is wrong, and in which function: the same whenever the same happens. */
  readonly title: string
  /** The function that the complaint is about; missing when the report does not say. */
  readonly frame?: string
  /** The line that says it best, without its printk prefix. */
  readonly said: string
  readonly task: SplatTask
  /** The call trace of the complaint, innermost first; without what the unwinder is not sure of. */
  readonly trace: readonly TraceFrame[]
  /** The same for the same complaint of another build of the kernel. */
  readonly fingerprint: string
  /** The number of its first line in the log, from 0. */
  readonly start: number
  /** The number of the line after its last one. */
  readonly end: number
  /** Why the report is not whole: lines are missing, or those of another one are between its own. */
  readonly corrupted?: string
  /** It is corrupted, and what another one had to say may be within it. */
  readonly isMixed?: true
  /** The scenario that was running when it began, by its markers in the log. */
  readonly scenario?: string
  /** The whole report, as it was on the console. */
  readonly lines: readonly string[]
}

const framesInFingerprint = 3

/** What stays the same over builds and boots: no addresses, numbers, offsets. */
function withoutNumbers(title: string): string {
  return title.replaceAll(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, '#')
}

/**
 * The name of a complaint over builds: its kind, its title without numbers, and the innermost functions of its trace that
 * are neither helpers nor the way into the kernel. Without `trace` where that is of chance.
 */
export function fingerprintOf(kind: SplatKind, title: string, trace: readonly TraceFrame[]): string {
  const functions = trace
    .filter(({ isDoubtful }) => isDoubtful !== true)
    .map((frame) => frame.function)
    .filter((name, index, all) => !isHelper(name) && !isEntry(name) && all.indexOf(name) === index)
    .slice(0, framesInFingerprint)
  return createHash('sha256')
    .update([kind, withoutNumbers(title), ...functions].join('\n'))
    .digest('hex')
    .slice(0, 16)
}
