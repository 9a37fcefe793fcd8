// Takes apart what an instance sent: the counters of all objects, one after the other, as gcc stores them (gcov-io.h).
import { ProtocolError } from '../../base/errors.ts'

/** An object that counts, and the head of its notes, which its counters must repeat. */
export interface CountedObject {
  /** The path of the object without its ending, from the directory of all objects: `mm/filemap`. */
  readonly name: string
  /** The version of the format, which is that of gcc, and the stamp of the compilation. */
  readonly version: number
  readonly stamp: number
}

/** The magic numbers of counters and of notes, and the tags of their records. */
const [dataMagic, notesMagic, functionTag, counterTag] = [0x67636461, 0x67636e6f, 0x01000000, 0x01a10000]
const lastCounterTag = counterTag + (9 << 17)

/**
 * Reads the head of a notes file.
 * @throws {ProtocolError} COUNTERS_REFUSED
 */
export function countedObject(name: string, notes: Buffer): CountedObject {
  if (notes.length < 12 || notes.readUInt32LE(0) !== notesMagic) throw refused(name, 'its notes are none of gcc')
  return { name, version: notes.readUInt32LE(4), stamp: notes.readUInt32LE(8) }
}

/**
 * Cuts the counters of these objects, in their order, out of a stream of an instance, which may hold anything. The result can
 * be given to gcov: each file is whole, and belongs to the notes of its object.
 * @throws {ProtocolError} COUNTERS_REFUSED
 */
export function splitCounters(stream: Buffer, objects: readonly CountedObject[]): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  let begin = 0
  for (const object of objects) {
    const end = endOfCounters(stream, begin, object)
    found.set(object.name, stream.subarray(begin, end))
    begin = end
  }
  if (begin < stream.length) throw refused(objects.at(-1)?.name ?? '', `${stream.length - begin} bytes follow them`)
  return found
}

/** Returns where the counters end that begin at `begin`. */
function endOfCounters(stream: Buffer, begin: number, { name, version, stamp }: CountedObject): number {
  // Since gcc 12, lengths are in bytes, and a check sum follows the stamp.
  const isNew = majorOf(version) >= 12
  const [head, unit] = isNew ? [16, 1] : [12, 4]
  if (stream.length < begin + head) throw refused(name, 'they are cut off')
  if (stream.readUInt32LE(begin) !== dataMagic) throw refused(name, 'they do not begin as counters of gcc do')
  if (stream.readUInt32LE(begin + 4) !== version) throw refused(name, 'another version of gcc made them')
  if (stream.readUInt32LE(begin + 8) !== stamp) throw refused(name, 'they belong to another build')
  let at = begin + head
  while (at < stream.length) {
    if (stream.length < at + 8) throw refused(name, 'they are cut off')
    const tag = stream.readUInt32LE(at)
    if (tag === dataMagic) break
    const isKnown =
      tag === functionTag || (tag >= counterTag && tag <= lastCounterTag && (tag - counterTag) % 0x20000 === 0)
    if (!isKnown) throw refused(name, `they have a record of the unknown kind ${tag.toString(16)}`)
    at += 8 + stream.readUInt32LE(at + 4) * unit
    if (at > stream.length) throw refused(name, 'they are cut off')
  }
  return at
}

/** Returns the major version of gcc: `B22*` is 12.2, `A94*` is 9.4. */
function majorOf(version: number): number {
  const tens = (version >>> 24) - 'A'.charCodeAt(0)
  return tens * 10 + ((version >>> 16) & 0xff) - '0'.charCodeAt(0)
}

function refused(name: string, why: string): ProtocolError {
  return new ProtocolError('COUNTERS_REFUSED', `the counters of ${name} that the instance sent are refused: ${why}`)
}
