// A terminal that takes no output, after Ctrl-S or while its user marks text, stops the thread that writes to it.
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'

/** write and writev of x86-64, with their descriptor (proc_pid_syscall(5)). */
const writing = /^(?:1|20) (0x[\da-f]+) /

/**
 * Returns a function that tells whether the main thread has waited for a terminal since the call before. Where /proc does
 * not show that, it never has.
 */
export function terminalWatch(): () => boolean {
  let last: string | undefined
  return () => {
    const now = writeInProgress()
    const isSame = now !== undefined && now === last
    last = now
    return isSame
  }
}

/** Returns the text that stays the same as long as the main thread does not go on from its write to a terminal. */
function writeInProgress(): string | undefined {
  const task = `/proc/self/task/${process.pid}`
  try {
    const call = readFileSync(`${task}/syscall`, 'utf8')
    const descriptor = writing.exec(call)?.[1]
    if (descriptor === undefined || !isatty(Number(descriptor))) return undefined
    // A loop that writes and writes makes the same call, but uses time of the processor.
    return call + readFileSync(`${task}/schedstat`, 'utf8')
  } catch {
    return undefined
  }
}
