// Opens a log from a file or a pipe. An empty or binary file is an error: it must not look like a clean log.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'

/** How much of a file is read to tell text from other data. */
const sampleBytes = 64 * 1024
/** A file with a larger share of noise is no text; a serial line has only a few bytes of noise. */
const mostNoise = 0.3

const packed: readonly (readonly [magic: string, what: string, hint: string])[] = [
  ['\x1f\x8b', 'gzip data', 'gzip -dc FILE | gmemtest parse - (with the same options)'],
  ['\xfd7zXZ', 'xz data', 'xz -dc FILE | gmemtest parse - (with the same options)'],
  ['\x28\xb5\x2f\xfd', 'zstd data', 'zstd -dc FILE | gmemtest parse - (with the same options)'],
  ['BZh', 'bzip2 data', 'bzip2 -dc FILE | gmemtest parse - (with the same options)'],
  ['\x7fELF', 'an ELF file', 'give the log of the kernel; --vmlinux FILE takes the kernel itself'],
]

/** The beginning of an object or an array, also in a stream of events; a bracket alone may begin any line. */
const json = /^(?:\xef\xbb\xbf)?[\s\p{Cc}]*(?:data: )?(?:\{\s*["}]|\[\s*(?:[{"\]]|\[\s*[[{"\]]))/u
/** Shows a log, even behind JSON that another program has put before it, or in the lines of LAVA. */
const kernelStamp = /^(?:\[ *\d+\.\d{6}\]|\{"dt": .*"msg": )/m
/** The export format of a journal, where a message is a field. */
const journalFields = /^\s*(?:__CURSOR|_TRANSPORT|MESSAGE)=/m

/** The source of the bytes of a log. */
export interface LogSource {
  /** The name for messages. */
  readonly name: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Opens a log; `-` is the standard input. The chunks throw when the log is empty or no text, or the reason of `signal` when
 * it fires.
 * @throws {UsageError} LOG_MISSING, LOG_DIRECTORY; from the chunks LOG_EMPTY, LOG_BINARY
 * @throws {InfraError} LOG_UNREADABLE, from the chunks as well
 */
export async function openLog(
  file: string,
  stdin: AsyncIterable<Uint8Array>,
  signal: AbortSignal = new AbortController().signal,
): Promise<LogSource> {
  if (file === '-') {
    const input = stdin instanceof Readable ? stdin : Readable.from(stdin)
    return { name: 'standard input', chunks: checked('the standard input', input, signal) }
  }
  const found = await stat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new UsageError('LOG_MISSING', `there is no file ${file}`, { cause: error })
    }
    throw unreadable(file, error)
  })
  if (found.isDirectory()) {
    throw new UsageError('LOG_DIRECTORY', `${file} is a directory, not a log`, {
      hint: `name one file, for example: gmemtest parse ${file.replace(/\/$/, '')}/console.log`,
    })
  }
  return { name: file, chunks: checked(file, createReadStream(file, { highWaterMark: 1 << 20 }), signal) }
}

/** Blank, tab, line feed and carriage return. */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

async function* checked(name: string, stream: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // A pipe may stay open and silent: the signal must end the wait.
  const chunks: AsyncIterable<Uint8Array> = addAbortSignal(signal, stream)
  let sample = Buffer.alloc(0)
  let isBlank = true
  try {
    for await (const chunk of chunks) {
      if (sample.length < sampleBytes) {
        sample = Buffer.concat([sample, chunk.subarray(0, sampleBytes - sample.length)])
        if (sample.length >= sampleBytes) expectText(name, sample)
      }
      isBlank &&= chunk.every((byte) => blanks.has(byte))
      yield chunk
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof UsageError ? error : unreadable(name, error)
  }
  if (isBlank) {
    throw new UsageError('LOG_EMPTY', `${name} is empty, which proves nothing about the kernel`, {
      hint: 'check that the console was captured',
    })
  }
  expectText(name, sample)
}

function expectText(name: string, sample: Buffer): void {
  const head = sample.toString('latin1', 0, 8)
  const [, what, hint] = packed.find(([magic]) => head.startsWith(magic)) ?? []
  if (what !== undefined && hint !== undefined) {
    throw new UsageError('LOG_BINARY', `${name} is ${what}, not a log`, { hint: hint.replace('FILE', name) })
  }
  const start = sample.toString('latin1', 0, 4096)
  const form = formOf(start)
  if (form !== undefined) {
    throw new UsageError('LOG_BINARY', `${name} is ${form}, not a log`, {
      hint: 'give the text: dmesg without -J, journalctl -k -o short-monotonic',
    })
  }
  const share = noiseIn(sample)
  if (share <= mostNoise) return
  const percentage = Math.round(share * 100)
  throw new UsageError('LOG_BINARY', `${name} is no text: ${percentage} % of it are control characters or no UTF-8`, {
    hint: 'give the log as the kernel wrote it; also check the speed of the serial line',
  })
}

/** Names the format of a log that was not printed as text. */
function formOf(start: string): string | undefined {
  if (kernelStamp.test(start)) return undefined
  if (json.test(start)) return 'JSON'
  return journalFields.test(start) ? 'a journal with its fields' : undefined
}

// Control characters except white space, and bytes that are no UTF-8. The escapes of a coloured log stay far below the limit.
const noise = /(?!\s)[\p{Cc}\u{fffd}]/gu

/** Computes the share of noise. */
function noiseIn(sample: Buffer): number {
  const text = sample.toString('utf8')
  return (text.match(noise)?.length ?? 0) / Math.max(1, text.length)
}

function unreadable(name: string, cause: unknown): InfraError {
  return new InfraError('LOG_UNREADABLE', `cannot read ${name}: ${messageOf(cause)}`, { cause })
}
