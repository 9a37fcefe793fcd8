// A splat: a complaint of the kernel on the console.
import { createHash } from 'node:crypto'
import { isEntry, isHelper } from './blame.ts'
import type { SplatKind } from './pattern-table.ts'
import type { SplatTask } from './parser/splat-task.ts'
import type { TraceFrame } from './stack-frames.ts'

export interface Splat {
  readonly kind: SplatKind
  /** The fault and the guilty function: the same whenever the same fault happens. */
  readonly title: string
  /** The guilty function; missing when the splat does not tell. */
  readonly frame?: string
  /** The most informative line, without its printk prefix. */
  readonly said: string
  readonly task: SplatTask
  /** The call trace, innermost function first, without frames that the unwinder is not sure of. */
  readonly trace: readonly TraceFrame[]
  /** A hash that is the same for the same fault in another build of the kernel. */
  readonly fingerprint: string
  /** The number of its first line in the log, from 0. */
  readonly start: number
  /** The number of the line after its last one. */
  readonly end: number
  /** The reason why the splat is not whole: lines are missing, or lines of another splat are between its own. */
  readonly corrupted?: string
  /** The splat is corrupted, and another one may be hidden in it. */
  readonly isMixed?: true
  /** The test that was running when it began, by its markers in the log. */
  readonly scenario?: string
  /** All lines of the splat, as they were on the console. */
  readonly lines: readonly string[]
}

const framesInFingerprint = 3

/** Replaces addresses, numbers and offsets, which differ from boot to boot. */
function withoutNumbers(title: string): string {
  return title.replaceAll(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, '#')
}

/**
 * Names a splat across builds: hashes its kind, its title without numbers, and the innermost functions of its trace that
 * are neither helpers nor entries into the kernel. Give no `trace` where chance decides about it.
 */
export function fingerprintOf(kind: SplatKind, title: string, trace: readonly TraceFrame[]): string {
  const functions = new Set<string>()
  for (const { isDoubtful, isInlined, function: name } of trace) {
    if (functions.size === framesInFingerprint) break
    if (isDoubtful !== true && isInlined !== true && !isHelper(name) && !isEntry(name)) functions.add(name)
  }
  return createHash('sha256')
    .update([kind, withoutNumbers(title), ...functions].join('\n'))
    .digest('hex')
    .slice(0, 16)
}
