// Opens an ssh session over a channel that leads to the guest; both sides prove who they are.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { messageOf, ProtocolError } from '../base/errors.ts'
import { createSession } from './session.ts'
import type { SshSession } from './session.ts'

/** Where to connect: gives a fresh channel to an ssh server, which need not be listening yet. */
export interface Endpoint {
  take(this: void): Duplex
}

export interface ConnectOptions {
  /** Path of the private key to log in with. */
  readonly userKey: string
  /** The only public key, in wire format, that the server may have. */
  readonly hostKey: Buffer
  readonly signal: AbortSignal
  /** The deadline in milliseconds until the session can be used; the boot of the guest counts. */
  readonly timeout: number
}

// What was measured fastest between ssh2 and dropbear under emulation, and nothing else.
const algorithms = {
  kex: ['curve25519-sha256'],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['chacha20-poly1305@openssh.com'],
  compress: ['none'],
} as const

// The end of a server is seen at once (the channel ends); this is for a guest that just stops answering.
const keepalive = { keepaliveInterval: 15_000, keepaliveCountMax: 4 }

function connectError(error: unknown, rejectedKey: boolean): ProtocolError {
  if (rejectedKey) {
    return new ProtocolError('SSH_HOST_KEY', 'the ssh server has not the key of the guest image', {
      cause: error,
      hint: 'the guest booted another initramfs than the one whose keys were given',
    })
  }
  if (error instanceof DeadlineExceeded) {
    return new ProtocolError('SSH_TIMEOUT', `${error.message}: the guest does not answer`, { cause: error })
  }
  if (error instanceof Error && 'level' in error && error.level === 'client-authentication') {
    return new ProtocolError('SSH_REFUSED', 'the guest refused the key of its image', { cause: error })
  }
  return new ProtocolError('SSH_CONNECT_FAILED', `cannot open an ssh session: ${messageOf(error)}`, {
    cause: error,
  })
}

/**
 * Connects and logs in as root.
 * @throws {ProtocolError} SSH_CONNECT_FAILED, SSH_TIMEOUT, SSH_HOST_KEY, SSH_REFUSED
 * @throws the reason of `signal` when it fires
 */
export async function connect(endpoint: Endpoint, options: ConnectOptions): Promise<SshSession> {
  options.signal.throwIfAborted()
  const channel = endpoint.take()
  // The other side is gone as a whole, never by half: ssh2 would go on waiting.
  channel.once('end', () => channel.destroy())
  // Loaded late, so that it can happen while the guest boots: it takes 60 ms.
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
        // Both are raced here; the loser rejects when nobody listens any more.
        lost.catch(() => undefined)
        ready.catch(() => undefined)
        client.connect({
          sock: channel,
          username: 'root',
          privateKey,
          // Otherwise it asks first whether no authentication at all will do.
          authHandler: ['publickey'],
          algorithms: {
            kex: [...algorithms.kex],
            serverHostKey: [...algorithms.serverHostKey],
            cipher: [...algorithms.cipher],
            compress: [...algorithms.compress],
          },
          hostVerifier: (key: Buffer) => {
            rejectedKey = !key.equals(options.hostKey)
            return !rejectedKey
          },
          // Ours is the one deadline.
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
  // Whatever it still complains about is a consequence of what is reported already.
  client.on('error', () => undefined)
  client.destroy()
  channel.destroy()
}
