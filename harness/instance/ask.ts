// Runs shell commands in an instance for a diagnosis: over its session, or over a new one if that session may be broken.
import type { GuestImage } from '../image/image.ts'
import { withDeadline } from '../base/deadline.ts'
import { GuestError } from '../base/errors.ts'
import type { Ask } from './instance.ts'
import { connect } from '../ssh/connect.ts'
import type { SshSession } from '../ssh/session.ts'
import type { SshEndpoint } from '../vm/vm.ts'

/** Makes the function for one instance. */
export function askOver(
  session: SshSession,
  endpoint: SshEndpoint,
  { userKey, hostKey }: Pick<GuestImage, 'userKey' | 'hostKey'>,
): Ask {
  return async (which, command, { signal: outer, milliseconds }) => {
    const limit = { stage: 'the answer of the instance over ssh', milliseconds, signal: outer }
    return await withDeadline(limit, async (signal) => {
      const within = { signal, timeout: milliseconds }
      if (which === 'own') return await outputOf(session, command, within)
      await using fresh = await connect(endpoint, { userKey, hostKey, ...within })
      return await outputOf(fresh, command, within)
    })
  }
}

async function outputOf(
  session: SshSession,
  command: string,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<string> {
  const { exitCode, stdout, stderr } = await session.exec(command, options)
  if (exitCode === 0) return stdout
  throw new GuestError('COMMAND_FAILED', `a diagnostic command failed in the instance: ${stderr.trim()}`)
}
