// The logins of run --keep: the command line for the user, and the way of a connection into the instance.
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Instance } from '../../instance/instance.ts'
import { shellLine } from '../../process/child.ts'

const serverMilliseconds = 5000
const mostTries = 5
/**
 * A server for each connection: a dropbear that listens itself takes five at once. It listens on the loopback interface,
 * which is the only one of the instance. Succeeds when it listens: port 22 is 0x16, and state 0A is LISTEN.
 */
const startServer = [
  'ip link set lo up || exit 1',
  'nc -ll -p 22 -e /sbin/dropbear -isjk -r /etc/dropbear/host_key </dev/null >/dev/null 2>&1 &',
  "for try in 1 2 3 4 5 6 7 8 9; do grep -q ':0016 .* 0A ' /proc/net/tcp && exit 0; sleep 0.1; done; exit 1",
].join('\n')
const connectToServer = 'exec nc 127.0.0.1 22'

/** Returns the command line that logs in, for any shell. */
export function loginLine(port: number, userKey: string, knownHosts: string): string {
  const options = [
    `IdentityFile=${sshValue(userKey)}`,
    // No key of the user's agent is tried first: the instance closes the connection after some of them.
    'IdentitiesOnly=yes',
    'HostKeyAlias=gmemtest-guest',
    `UserKnownHostsFile=${sshValue(knownHosts)}`,
  ]
  const words = ['-p', String(port), ...options.flatMap((option) => ['-o', option]), 'root@127.0.0.1']
  return shellLine('ssh', words)
}

/** Returns a path as the value of an option of ssh, which splits values at blanks and expands %. */
function sshValue(file: string): string {
  if (/^[\w/.:@+-]+$/.test(file)) return file
  return `"${file.replaceAll('%', '%%').replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/**
 * Starts an ssh server inside of the instance, and returns a function that makes a connection to it through the session of
 * the run: any number of logins share that one. Without the server, the unused channels of the instance are left.
 */
export async function doorOf(
  { session, endpoint, accelerator }: Pick<Instance, 'session' | 'endpoint' | 'accelerator'>,
  signal: AbortSignal,
): Promise<() => Promise<Duplex>> {
  const timeout = accelerator.patience.for(serverMilliseconds)
  const server = await session.exec(startServer, { signal, timeout }).catch(() => undefined)
  if (server?.exitCode !== 0) return async () => endpoint.take()
  return async () => {
    // ssh2 gives the number of a channel that has just ended to the next one, which a late message about the first closes.
    for (let tries = 1; ; tries += 1) {
      try {
        return await session.open(connectToServer, { signal })
      } catch (error) {
        if (signal.aborted || tries === mostTries) throw error
      }
    }
  }
}

/** Connects a socket to the instance. */
export async function attach(socket: Socket, open: () => Promise<Duplex>): Promise<void> {
  socket.on('error', () => socket.destroy())
  try {
    const channel = await open()
    channel.on('error', () => socket.destroy())
    channel.on('close', () => socket.destroy())
    socket.on('close', () => channel.end())
    socket.pipe(channel).pipe(socket)
  } catch {
    // All channels have been used, or the instance is gone: the client sees that the connection is closed.
    socket.destroy()
  }
}
