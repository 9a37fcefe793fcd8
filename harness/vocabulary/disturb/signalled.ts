// Signals during an operation of the agent, and the death of a process in the middle of one.
import type { Agent, Operations, SignalNext } from '../../agent/client.ts'
import type { Result } from '../../agent/wire/call.ts'
import { errnoName } from '../../agent/errno.ts'
import { GuestError, ProtocolError } from '../../base/errors.ts'
import { check, expectErrno } from '../check.ts'

/** What became of the signals of one operation. */
interface Signals {
  /** The calls of the handler. */
  readonly handled: number
  /** Those of them that came at the end of a system call, as they do if the signal arrives within it. */
  readonly inCalls: number
  /** The system calls that a signal ended with EINTR. */
  readonly ended: number
  /** Whether a blocked signal was still there after the operation. */
  readonly pending: boolean
  /** The duration of the operation. */
  readonly nanoseconds: number
}

/** A reply, and what became of the signals. */
export interface Signalled<Kind> {
  readonly reply: Kind
  readonly signals: Signals
}

function resultOf({ armed, error, ...signals }: Result<'signalNextResult'>): Signals {
  if (!armed) {
    const why = error === 0 ? 'no operation came after the promise of signals' : `no timer: ${errnoName(error)}`
    throw new GuestError('SIGNALS_BROKEN', `signals do not work: ${why}`)
  }
  return signals
}

/** Signals that the agent survives. */
export type Survivable = SignalNext & { readonly how: Exclude<SignalNext['how'], 'killed'> }

/** Performs one operation of the agent, which gets signals meanwhile. */
export async function signalled<Kind>(
  agent: Operations,
  options: Survivable,
  operation: () => Promise<Kind>,
): Promise<Signalled<Kind>> {
  expectErrno(await agent.signalNext(options), 'OK', 'promising signals')
  const reply = await operation()
  return { reply, signals: resultOf(await agent.signalNextResult()) }
}

/**
 * Forks a child, which performs one operation and gets SIGKILL after so many nanoseconds. Returns whether it died in the
 * operation; if not, the child ends behind it.
 */
export async function killedDuring(
  agent: Agent,
  after: number,
  operation: (child: Operations) => Promise<unknown>,
): Promise<boolean> {
  await using child = await agent.fork()
  expectErrno(await child.signalNext({ how: 'killed', after }), 'OK', 'promising SIGKILL')
  try {
    await operation(child)
    return false
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'AGENT_CHILD_GONE') throw error
  }
  check.equal((await child.kill()).signal, 9, 'the signal that ended the child')
  return true
}
