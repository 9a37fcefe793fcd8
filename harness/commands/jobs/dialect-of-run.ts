// The dialect of a run: the one of the definition, or the one that its first instance speaks.
import { messageOf } from '../../base/errors.ts'
import { anyDialect, onlyDialect, plannedDialect } from '../../instance/kernel-dialect.ts'
import type { InstanceSource } from '../../instance/instance.ts'
import type { InstanceFacts } from '../../instance/instance-facts.ts'
import type { InstancePool } from '../../instance/pool.ts'
import { isTransient } from '../../judge/retry.ts'
import { plainText } from '../../report/plain.ts'
import { usualRetries, type RunOptions } from '../../run/run-options.ts'
import { plainProfile } from '../../vm/profile.ts'
import type { CommandContext } from '../command-context.ts'

/** A dialect with the instances to run its tests in. */
interface RunDialect {
  readonly dialect: RunOptions['dialect']
  readonly instances: InstanceSource
}

interface DialectNeeds {
  /** A test needs the dialect. */
  readonly isNeeded: boolean
  /** How often the first instance is made again after transient trouble of this computer. */
  readonly retries?: number
}

type Streams = Pick<CommandContext, 'signal' | 'stderr'>

/**
 * Returns the dialect that the definition names, or finds the one of the first instance. Where none is found, each instance
 * of the result fails with the reason, so that the run charges its first test with it, as with any kernel that does not fit.
 * @throws the reason of the signal
 */
export async function dialectOfRun(
  choice: RunOptions['dialect'] | 'auto',
  { isNeeded, retries = usualRetries }: DialectNeeds,
  instances: Pick<InstancePool, 'factsOf'> & InstanceSource,
  { stderr, signal }: Streams,
): Promise<RunDialect> {
  if (choice !== 'auto') return { dialect: choice, instances }
  if (!isNeeded) return { dialect: anyDialect, instances }
  try {
    const { probe } = await firstFacts(instances, { stderr, signal }, retries)
    const dialect = onlyDialect(probe)
    stderr.write(`gmemtest: the kernel speaks ${dialect}: ${plainText(probe.tried[dialect] ?? '')}\n`)
    return { dialect, instances }
  } catch (error) {
    signal.throwIfAborted()
    return { dialect: plannedDialect('auto'), instances: { next: () => Promise.reject(error) } }
  }
}

/** Returns the facts of an instance, and tries again after transient trouble of this computer. */
async function firstFacts(
  instances: Pick<InstancePool, 'factsOf'>,
  { signal, stderr }: Streams,
  retries: number,
): Promise<InstanceFacts> {
  try {
    return await instances.factsOf(plainProfile, { signal, worker: 0 })
  } catch (error) {
    if (retries === 0 || !isTransient(error)) throw error
    stderr.write(`gmemtest: looking for the dialect of the kernel again: ${plainText(messageOf(error))}\n`)
    return await firstFacts(instances, { signal, stderr }, retries - 1)
  }
}
