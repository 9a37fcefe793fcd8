// The kernel's own log records in /dev/kmsg, with their level, without texts that processes write to it.
import type { Call, Outcome } from './wire/call.ts'

/** One record: `level` 0 is an emergency, 3 an error, 4 a warning. */
export interface LogRecord {
  readonly level: number
  readonly text: string
}

/**
 * The records of the kernel with a level of at most `level`, since the last call; the first call has none. `lost` is not
 * 0 when the kernel overwrote records before they were read.
 */
export type ReadKernelLog = (
  level: number,
) => Promise<Outcome & { readonly lost: number; readonly records: readonly LogRecord[] }>

export function kernelLogOf(call: Call): ReadKernelLog {
  return async (level) => {
    const { tail, ...reply } = await call('kernelLog', { level })
    const lines = tail.toString('utf8').split('\n').filter(Boolean)
    return { ...reply, records: lines.map((line) => ({ level: Number(line[0]), text: line.slice(1) })) }
  }
}
