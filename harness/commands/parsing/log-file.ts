// A log that somebody names on the command line, or pipes in: as chunks of bytes, and never a silent nothing.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'

/** How much of a file is looked at to tell text from something else. */
const sampleBytes = 64 * 1024
/** Serial noise is a few bytes here and there; above this share it is no text. */
const mostNoise = 0.3

const packed: readonly (readonly [magic: string, what: string, hint: string])[] = [
  ['\x1f\x8b', 'gzip data', 'gzip -dc FILE | gmemtest parse - (with the same options)'],
  ['\xfd7zXZ', 'xz data', 'xz -dc FILE | gmemtest parse - (with the same options)'],
  ['\x28\xb5\x2f\xfd', 'zstd data', 'zstd -dc FILE | gmemtest parse - (with the same options)'],
  ['BZh', 'bzip2 data', 'bzip2 -dc FILE | gmemtest parse - (with the same options)'],
  ['\x7fELF', 'an ELF file', 'give the log of the kernel; --vmlinux FILE takes the kernel itself'],
]

/** How an object or an array begins, also in a stream of events; others begin lines with brackets as well. */
const json = /^(?:\xef\xbb\xbf)?[\s\p{Cc}]*(?:data: )?(?:\{\s*["}]|\[\s*(?:[{"\]]|\[\s*[[{"\]]))/u
/** What is behind the JSON that something else has put in front of a log. */
const kernelStamp = /^\[ *\d+\.\d{6}\]/m
/** The other ways in which a journal is printed: a message is a field there. */
const journalFields = /^\s*(?:__CURSOR|_TRANSPORT|MESSAGE)=/m

/** Where the bytes of a log come from. */
export interface LogSource {
  /** For messages. */
  readonly name: string
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Opens a log, `-` being the standard input. Reading it fails when it turns out to be empty or no text: a log that says
 * nothing must not look like a kernel that is well. When `signal` fires, reading ends with its reason.
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

/** Blank, tab, feed, return. */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d])

async function* checked(name: string, stream: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // Somebody may have a pipe open and write nothing into it.
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
    throw new UsageError('LOG_EMPTY', `${name} is empty, which says nothing about the kernel`, {
      hint: 'was the console captured?',
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
  throw new UsageError(
    'LOG_BINARY',
    `${name} is no text: ${Math.round(share * 100)} % of it is control characters, or no UTF-8`,
    {
      hint: 'give the log as the kernel wrote it; a line speed that is wrong looks like this as well',
    },
  )
}

/** What a log that is not printed as text has been printed as. */
function formOf(start: string): string | undefined {
  if (kernelStamp.test(start)) return undefined
  if (json.test(start)) return 'JSON'
  return journalFields.test(start) ? 'a journal with its fields' : undefined
}

// Control characters but white space, and what is no UTF-8. The escapes of a coloured log are far from the limit.
const noise = /(?!\s)[\p{Cc}\u{fffd}]/gu

/** The share of characters that no text has. */
function noiseIn(sample: Buffer): number {
  const text = sample.toString('utf8')
  return (text.match(noise)?.length ?? 0) / Math.max(1, text.length)
}

function unreadable(name: string, cause: unknown): InfraError {
  return new InfraError('LOG_UNREADABLE', `cannot read ${name}: ${messageOf(cause)}`, { cause })
}
