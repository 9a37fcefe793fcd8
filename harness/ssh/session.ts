// An ssh session: runs commands, pushes files, opens raw channels and shells. A lost connection fails all of them at once.
import { readFile } from 'node:fs/promises'
import type { Duplex, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Client, ClientChannel } from 'ssh2'
import { DeadlineExceeded, withDeadline } from '../base/deadline.ts'
import { GuestError, messageOf, ProtocolError } from '../base/errors.ts'
import { endOf, type OnOutput, type RemoteResult } from './command-end.ts'
import { runTerminal, type Terminal } from './interactive.ts'

const compressed = promisify(gzip)

interface ExecOptions {
  readonly signal: AbortSignal
  /** The deadline, in milliseconds. */
  readonly timeout: number
  /** The standard input of the command. */
  readonly input?: Uint8Array
  /** Receives the output as it comes; otherwise the output is collected. */
  readonly onOutput?: OnOutput
}

/** A raw two-way channel to a command in an instance. It ends with the command, or with the connection. */
type RemoteChannel = Duplex & { readonly stderr: Readable }

/** A session with an instance. Disposal closes the connection. */
export interface SshSession extends AsyncDisposable {
  /**
   * Copies a local file into the instance and verifies that all of it arrived.
   * @throws {GuestError} PUSH_FAILED when the instance cannot store it
   * @throws {ProtocolError} SSH_LOST
   */
  push(
    this: void,
    file: string,
    remote: string,
    options: {
      /** Permission bits, e.g. 0o755. */
      readonly mode: number
      readonly signal: AbortSignal
      /** The deadline, in milliseconds. */
      readonly timeout: number
    },
  ): Promise<void>
  /**
   * Runs a shell command in the instance to its end; a failing command is a result, not an exception.
   * @throws {GuestError} COMMAND_TIMEOUT
   * @throws {ProtocolError} SSH_LOST when the connection ended before the command
   */
  exec(this: void, command: string, options: ExecOptions): Promise<RemoteResult>
  /**
   * Starts a command and gives the channel to it.
   * @throws {ProtocolError} SSH_LOST, SSH_TIMEOUT when the server does not confirm the start
   */
  open(this: void, command: string, options: { readonly signal: AbortSignal }): Promise<RemoteChannel>
  /**
   * Connects a terminal to an interactive shell, and gives its exit code.
   * @throws {ProtocolError} SSH_LOST, SSH_TIMEOUT
   */
  shell(this: void, terminal: Terminal, options: { readonly signal: AbortSignal }): Promise<number>
  /** Resolves when the connection is gone, for any reason. Never rejects. */
  readonly closed: Promise<void>
}

const openMilliseconds = 60_000

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Makes the session of a client that is logged in. */
export function createSession(client: Client, transport: Duplex): SshSession {
  const closed = Promise.withResolvers<void>()
  let trouble: Error | undefined
  // Each channel that is being opened listens, and there is no limit of channels.
  client.setMaxListeners(0)
  client.on('error', (error) => {
    trouble ??= error
  })
  client.once('close', () => closed.resolve())

  function lost(command: string, cause: unknown = trouble): ProtocolError {
    const why = cause === undefined ? 'the instance ended it' : messageOf(cause)
    return new ProtocolError('SSH_LOST', `lost the ssh connection during '${command}': ${why}`, { cause })
  }

  async function openChannel(
    command: string,
    start: (callback: (error: Error | undefined, channel: ClientChannel) => void) => void,
    signal: AbortSignal,
  ): Promise<ClientChannel> {
    const limit = { stage: `opening '${command}' in the instance`, milliseconds: openMilliseconds, signal }
    const opening = withDeadline(limit, async (limited) => {
      const opened = Promise.withResolvers<ClientChannel>()
      const onClose = (): void => opened.reject(lost(command))
      client.once('close', onClose)
      try {
        start((error, channel) => {
          if (error !== undefined) opened.reject(lost(command, trouble ?? error))
          // The caller has given up.
          else if (limited.aborted) channel.close()
          else opened.resolve(channel)
        })
        return await opened.promise
      } catch (error) {
        // ssh2 throws when the connection is gone already.
        throw error instanceof ProtocolError ? error : lost(command, trouble ?? error)
      } finally {
        client.off('close', onClose)
      }
    })
    return await opening.catch((error: unknown) => {
      if (!(error instanceof DeadlineExceeded)) throw error
      throw new ProtocolError('SSH_TIMEOUT', `${error.message}: the instance does not answer`, { cause: error })
    })
  }

  async function open(command: string, options: { readonly signal: AbortSignal }): Promise<ClientChannel> {
    return await openChannel(command, (callback) => client.exec(command, callback), options.signal)
  }

  async function exec(command: string, options: ExecOptions): Promise<RemoteResult> {
    const limit = { stage: `'${command}'`, milliseconds: options.timeout, signal: options.signal }
    let channel: ClientChannel | undefined
    try {
      return await withDeadline(limit, async (signal) => {
        channel = await open(command, { signal })
        const end = await endOf(channel, options.input, options.onOutput)
        if (end === undefined) throw lost(command)
        return end
      })
    } catch (error) {
      channel?.close()
      if (!(error instanceof DeadlineExceeded)) throw error
      throw new GuestError('COMMAND_TIMEOUT', `in the instance, ${error.message}`, { cause: error })
    }
  }

  return {
    closed: closed.promise,
    exec,
    open,
    async push(file, remote, options) {
      // An emulated cipher costs more per byte than gzip on both sides. The check sum of gzip also detects a copy that was
      // cut short.
      const content = await compressed(await readFile(file), { level: constants.Z_BEST_SPEED })
      const target = quoted(remote)
      const command = `gzip -dc >${target} && chmod ${options.mode.toString(8)} ${target}`
      const result = await exec(command, { ...options, input: content })
      if (result.exitCode === 0) return
      throw new GuestError('PUSH_FAILED', `cannot copy ${file} to ${remote} in the instance: ${result.stderr}`)
    },
    async shell(terminal, options) {
      return await runTerminal(terminal, {
        signal: options.signal,
        open: (window) => openChannel('a shell', (callback) => client.shell(window, callback), options.signal),
        lost: () => lost('the shell'),
      })
    },
    async [Symbol.asyncDispose]() {
      client.end()
      // No other session uses the transport: destroying it ends the connection.
      transport.destroy()
      await closed.promise
    },
  }
}
