// The records behind the words of some requests and answers: arrays of structures that both sides know.
import { ProtocolError } from '../../base/errors.ts'
import { words } from '../vocabulary.ts'
import { decodeFields, encodeFields, sizeOfFields } from './codec.ts'
import { bits, choice, count, size, type Decoded, type Encodable, type Fields } from './fields.ts'

interface RecordSpec {
  /** The bytes of each field. */
  readonly width: 4 | 8
  readonly fields: Fields
}

/** Every record, with its fields in the order in which they travel. */
export const records = {
  /** Consecutive pages that look alike: behind the answer to a scan. `tag` is the byte that fills the page. */
  pageRun: { width: 4, fields: { first: count, count, look: choice(words.look), tag: count } },
  /** A small operation on pages of a file: behind the request `steps`. `value` is the byte that a step fills pages with. */
  step: { width: 4, fields: { does: choice(words.step), first: count, count, value: count } },
  /** A page in /proc/self/pagemap, /proc/kpageflags and /proc/kpagecount: behind the answer to `pagemap`. */
  pageEntry: { width: 8, fields: { pagemap: bits, flags: bits, mapCount: count } },
  /** Pages with consecutive frames: behind the answer to `frameRuns`. `pfn` is 0 where nothing is mapped. */
  frameRun: { width: 8, fields: { first: count, count, pfn: count } },
  /** The books of one thread of a race: behind the answer to `actorsStop`. */
  actorReport: {
    width: 8,
    fields: {
      kind: choice(words.actor),
      /** Passes over its range, or ioctls. */
      rounds: count,
      /** Pages accessed, or operations that succeeded. */
      done: count,
      again: count,
      /** Operations that failed with another error than EAGAIN, and the first such error. */
      failed: count,
      firstError: count,
      /** SIGBUS in the host, KVM_EXIT_MEMORY_FAULT in the guest. */
      faults: count,
      /** Guest accesses that ended in neither success nor a memory fault, and how the first one ended. */
      unexpected: count,
      unexpectedOutcome: count,
      unexpectedError: count,
      unexpectedExit: count,
      unexpectedRip: bits,
      /** The first mismatch has its offset in the actor's range, and its words. */
      mismatches: count,
      mismatchOffset: size,
      wanted: bits,
      found: bits,
      slowest: count,
    },
  },
} as const satisfies Record<string, RecordSpec>

type RecordName = keyof typeof records
type FieldsOf<Name extends RecordName> = (typeof records)[Name]['fields']

/** The bytes of the records that a request ends with. */
export function encodeRecords<Name extends RecordName>(
  name: Name,
  values: readonly Encodable<FieldsOf<Name>>[],
): Buffer {
  const { width, fields } = records[name]
  const tail = Buffer.alloc(values.length * (sizeOfFields(fields) / 8) * width)
  for (const [at, word] of values.flatMap((value) => encodeFields(name, fields, value)).entries()) {
    if (width === 8) tail.writeBigUInt64LE(word, at * width)
    else tail.writeUInt32LE(Number(word), at * width)
  }
  return tail
}

/**
 * Reads the records that an answer ends with.
 * @throws {ProtocolError} AGENT_GARBAGE when there are not `number` of them, or a field has an impossible value
 */
export function decodeRecords<Name extends RecordName>(
  name: Name,
  tail: Buffer,
  number: number,
): Decoded<FieldsOf<Name>>[] {
  const fields: FieldsOf<Name> = records[name].fields
  const { width } = records[name]
  const length = (sizeOfFields(fields) / 8) * width
  if (tail.length !== number * length) {
    const message = `${number} records ${name} have ${tail.length} bytes, not ${number * length}`
    throw new ProtocolError('AGENT_GARBAGE', message)
  }
  const offsets = Array.from({ length: length / width }, (_, index) => index * width)
  return Array.from({ length: number }, (_, index) => {
    const at = index * length
    const read = (offset: number): bigint =>
      width === 8 ? tail.readBigUInt64LE(at + offset) : BigInt(tail.readUInt32LE(at + offset))
    try {
      return decodeFields(fields, offsets.map(read))
    } catch (cause) {
      throw new ProtocolError('AGENT_GARBAGE', `record ${index} of ${number} ${name} is garbage`, { cause })
    }
  })
}
