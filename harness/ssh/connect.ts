// Opens an ssh session over a channel of an instance; both sides authenticate.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { Algorithms, Client } from 'ssh2'
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { messageOf, ProtocolError } from '../base/errors.ts'
import { createSession, type SshSession } from './session.ts'

/** Gives fresh channels to ssh servers, which may start to listen later. */
export interface Endpoint {
  take(this: void): Duplex
}

export interface ConnectOptions {
  /** The path of the private key of the user. */
  readonly userKey: string
  /** The public key, in wire format, that the server must have. */
  readonly hostKey: Buffer
  readonly signal: AbortSignal
  /** The deadline in milliseconds until the session can be used, including the boot of the instance. */
  readonly timeout: number
}

// The fastest choices for ssh2 and dropbear under emulation, by measurement.
const algorithms: Algorithms = {
  kex: ['curve25519-sha256'],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['chacha20-poly1305@openssh.com'],
  compress: ['none'],
}

// For an instance that stops answering; the end of a server ends the channel at once.
const keepalive = { keepaliveInterval: 15_000, keepaliveCountMax: 4 }

function connectError(error: unknown, rejectedKey: boolean): ProtocolError {
  if (rejectedKey) {
    return new ProtocolError('SSH_HOST_KEY', 'the ssh server does not have the key of the guest image', {
      cause: error,
      hint: 'boot the initramfs that the given keys belong to',
    })
  }
  if (error instanceof DeadlineExceeded) {
    return new ProtocolError('SSH_TIMEOUT', `${error.message}: the instance does not answer`, { cause: error })
  }
  if (error instanceof Error && 'level' in error && error.level === 'client-authentication') {
    return new ProtocolError('SSH_REFUSED', 'the instance refused the key of its image', { cause: error })
  }
  return new ProtocolError('SSH_CONNECT_FAILED', `cannot open an ssh session: ${messageOf(error)}`, { cause: error })
}

/**
 * Connects and logs in as root.
 * @throws {ProtocolError} SSH_CONNECT_FAILED, SSH_TIMEOUT, SSH_HOST_KEY, SSH_REFUSED
 * @throws the reason of `signal` when it fires
 */
export async function connect(endpoint: Endpoint, options: ConnectOptions): Promise<SshSession> {
  options.signal.throwIfAborted()
  const channel = endpoint.take()
  // A channel never ends by half, but ssh2 would go on waiting for the other half.
  channel.once('end', () => channel.destroy())
  // Loading ssh2 takes 60 ms: do it while the instance boots.
  const [{ default: ssh2 }, privateKey] = await Promise.all([import('ssh2'), readFile(options.userKey)])
  const client = new ssh2.Client()
  let rejectedKey = false
  try {
    await withDeadline(
      { stage: 'the ssh session', milliseconds: options.timeout, signal: options.signal },
      async (signal) => {
        const ready = once(client, 'ready', { signal })
        const lost = once(client, 'close', { signal }).then((): never => {
          throw new Error('the connection was closed')
        })
        // The loser of the race below rejects later, when no code waits for it.
        lost.catch(() => undefined)
        ready.catch(() => undefined)
        client.connect({
          sock: channel,
          username: 'root',
          privateKey,
          // Skip the attempt without authentication.
          authHandler: ['publickey'],
          algorithms,
          hostVerifier: (key: Buffer) => {
            rejectedKey = !key.equals(options.hostKey)
            return !rejectedKey
          },
          // withDeadline() is the only deadline.
          readyTimeout: 0,
          ...keepalive,
        })
        await Promise.race([ready, lost])
      },
    )
  } catch (error) {
    abandon(client, channel)
    options.signal.throwIfAborted()
    throw connectError(error, rejectedKey)
  }
  return createSession(client, channel)
}

function abandon(client: Client, channel: Duplex): void {
  // Further errors are consequences of the one that is reported already.
  client.on('error', () => undefined)
  client.destroy()
  channel.destroy()
}
