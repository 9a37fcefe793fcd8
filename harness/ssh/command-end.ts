// The end of a command in an instance: its exit code and its output.
import type { ClientChannel } from 'ssh2'

/** The end of a command in an instance. */
export interface RemoteResult {
  /** Missing when a signal ended the command. */
  readonly exitCode: number | undefined
  /** The name of the signal without SIG: `KILL`. */
  readonly signal: string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Receives the output of a command as it comes. */
export type OnOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => void

// Enough output for any reader; the rest of a flood is dropped.
const outputLimit = 16 * 2 ** 20

/** Keeps the first bytes of a stream, up to the limit. */
function collector(): { add(chunk: Buffer): void; text(): string } {
  const chunks: Buffer[] = []
  let size = 0
  return {
    add(chunk) {
      if (size >= outputLimit) return
      chunks.push(chunk.subarray(0, outputLimit - size))
      size += chunk.length
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

/**
 * Sends the input of a command and waits for its end. Nothing when the connection is lost before.
 * @param onOutput receives the output; without it, the output is collected in the result
 */
export async function endOf(
  channel: ClientChannel,
  input: Uint8Array | undefined,
  onOutput: OnOutput | undefined,
): Promise<RemoteResult | undefined> {
  const said = { stdout: collector(), stderr: collector() }
  const receive: OnOutput = onOutput ?? ((stream, chunk) => said[stream].add(chunk))
  channel.on('data', (chunk: Buffer) => receive('stdout', chunk))
  channel.stderr.on('data', (chunk: Buffer) => receive('stderr', chunk))
  const ended = Promise.withResolvers<readonly [code: number | undefined, signal: string | undefined]>()
  // Close comes after the last byte of both streams; without code and signal, the connection was lost.
  channel.once('close', (code?: number | null, name?: string) =>
    ended.resolve([code ?? undefined, name?.replace(/^SIG/, '')]),
  )
  channel.end(input)
  const [exitCode, signal] = await ended.promise
  if (exitCode === undefined && signal === undefined) return undefined
  return { exitCode, signal, stdout: said.stdout.text(), stderr: said.stderr.text() }
}
