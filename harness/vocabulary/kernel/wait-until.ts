// Waits for what the kernel does later, by itself: a slow instance gets more time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Agent } from '../../agent/client.ts'

interface Waiting {
  /** The longest wait, before it is multiplied by the time factor. */
  readonly milliseconds: number
  readonly pause: number
}

const usual: Waiting = { milliseconds: 500, pause: 25 }

/** Looks again and again until `look` returns true or the time is over; the caller checks what it finds then. */
export async function waitUntil(
  { patience }: Pick<Agent, 'patience'>,
  look: () => Promise<boolean>,
  { milliseconds, pause }: Waiting = usual,
): Promise<void> {
  const end = performance.now() + patience.for(milliseconds)
  while (!(await look()) && performance.now() < end) await sleep(pause)
}
