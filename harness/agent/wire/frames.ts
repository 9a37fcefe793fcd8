// Frames on the wire: encodes one, and splits the incoming bytes into whole frames.
import { ProtocolError } from '../../base/errors.ts'
import { wordSize } from './codec.ts'
import { headerSize, magic, maximumFrame } from './protocol.ts'

interface Header {
  readonly sequence: number
  readonly operation: number
  readonly process: number
  readonly status: number
  readonly errno: number
}

export interface Frame extends Header {
  /** Everything behind the header. */
  readonly body: Buffer
}

/**
 * Encodes a frame into one buffer, so that it is sent by one write.
 * @throws {ProtocolError} AGENT_FRAME_TOO_BIG when it would exceed the limit that both sides check
 */
export function encodeFrame(header: Header, words: readonly bigint[], tail: Uint8Array): Buffer {
  const length = headerSize + words.length * wordSize + tail.length
  if (length > maximumFrame) {
    const message = `a frame of ${length} bytes is more than the limit of ${maximumFrame}`
    throw new ProtocolError('AGENT_FRAME_TOO_BIG', message, { hint: 'split the access into smaller ones' })
  }
  const frame = Buffer.allocUnsafe(length)
  frame.writeUInt32LE(magic, 0)
  frame.writeUInt32LE(length, 4)
  frame.writeUInt32LE(header.sequence, 8)
  frame.writeUInt16LE(header.operation, 12)
  frame.writeUInt16LE(header.process, 14)
  frame.writeUInt32LE(header.status, 16)
  frame.writeUInt32LE(header.errno, 20)
  words.forEach((word, index) => frame.writeBigUInt64LE(word, headerSize + index * wordSize))
  frame.set(tail, headerSize + words.length * wordSize)
  return frame
}

/** Shows the first bytes of a garbled stream, for the message. */
function showBytes(bytes: Buffer): string {
  const start = bytes.subarray(0, 48)
  return `${JSON.stringify(start.toString('latin1'))} (${start.toString('hex')})`
}

/** Collects bytes until they make a frame. */
export class FrameReader {
  #pieces: Buffer[] = []
  #have = 0

  /** The bytes of an unfinished frame so far. */
  get pending(): number {
    return this.#have
  }

  /**
   * Takes the next bytes and returns the frames that are complete now.
   * @throws {ProtocolError} AGENT_GARBAGE when they cannot be a frame
   */
  push(piece: Buffer): Frame[] {
    this.#pieces.push(piece)
    this.#have += piece.length
    const frames: Frame[] = []
    for (;;) {
      const length = this.#lengthOfNext()
      if (length === undefined || this.#have < length) return frames
      frames.push(decodeFrame(this.#take(length)))
    }
  }

  #lengthOfNext(): number | undefined {
    if (this.#have < headerSize) return undefined
    const first = this.#joined()
    const length = first.readUInt32LE(4)
    if (first.readUInt32LE(0) !== magic || length < headerSize || length > maximumFrame) {
      throw new ProtocolError('AGENT_GARBAGE', `garbage instead of an answer: ${showBytes(first)}`, {
        hint: 'look for another program that writes to the standard output of the agent',
      })
    }
    return length
  }

  /** The header must be in one piece to be read; a body of many pieces is joined once, when it is complete. */
  #joined(): Buffer {
    const first = this.#pieces[0]
    if (first !== undefined && first.length >= headerSize) return first
    const joined = Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }

  #take(length: number): Buffer {
    const all = this.#pieces.length === 1 ? this.#joined() : Buffer.concat(this.#pieces)
    this.#pieces = all.length === length ? [] : [all.subarray(length)]
    this.#have -= length
    return all.subarray(0, length)
  }
}

function decodeFrame(frame: Buffer): Frame {
  return {
    sequence: frame.readUInt32LE(8),
    operation: frame.readUInt16LE(12),
    process: frame.readUInt16LE(14),
    status: frame.readUInt32LE(16),
    errno: frame.readUInt32LE(20),
    body: frame.subarray(headerSize),
  }
}
