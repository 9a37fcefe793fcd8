import { test } from 'tap'
import {
  countedObject,
  splitCounters,
  type CountedObject,
} from '../../../../harness/campaigns/coverage/counter-stream.ts'

/** The version word of gcc 12.2, and of 9.4. */
const [gcc12, gcc9] = [0x42323200 + 0x2a, 0x41393400 + 0x2a]
const [functionTag, arcsTag] = [0x01000000, 0x01a10000]

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer.writeUInt32LE(value, index * 4)
  return buffer
}

function object(name: string, stamp: number, version = gcc12): CountedObject {
  return countedObject(name, words(0x67636e6f, version, stamp, 0))
}

/** The counters of an object with one function of two arcs. */
function counters(stamp: number, first = 1): Buffer {
  return words(0x67636461, gcc12, stamp, 0, functionTag, 12, 7, 8, 9, arcsTag, 16, first, 0, 2, 0)
}

const objects = [object('mm/filemap', 11), object('virt/kvm/guest_memfd', 22)]

void test('each object gets its own bytes', async (t) => {
  const found = splitCounters(Buffer.concat([counters(11), counters(22, 5)]), objects)
  t.same([...found.keys()], ['mm/filemap', 'virt/kvm/guest_memfd'])
  t.same(found.get('mm/filemap'), counters(11))
  t.same(found.get('virt/kvm/guest_memfd'), counters(22, 5))
})

void test('before gcc 12, lengths are in words and there is no check sum', async (t) => {
  const old = words(0x67636461, gcc9, 3, functionTag, 3, 7, 8, 9, arcsTag, 2, 1, 0)
  t.same(splitCounters(old, [object('a', 3, gcc9)]).get('a'), old)
})

void test('a value that looks like the begin of counters does not end a record', async (t) => {
  const odd = counters(11, 0x67636461)
  t.same(splitCounters(Buffer.concat([odd, counters(22)]), objects).get('mm/filemap'), odd)
})

const good = Buffer.concat([counters(11), counters(22)])
const changed = (at: number, value: number): Buffer => {
  const copy = Buffer.from(good)
  copy.writeUInt32LE(value, at)
  return copy
}

const hostile: readonly (readonly [what: string, stream: Buffer, message: RegExp])[] = [
  ['nothing', Buffer.alloc(0), /mm\/filemap .*cut off/],
  ['half a record', good.subarray(0, 30), /mm\/filemap .*cut off/],
  ['no second object', counters(11), /guest_memfd .*cut off/],
  ['more than the objects', Buffer.concat([good, words(1, 0)]), /unknown kind 1$/],
  ['another object at the end', Buffer.concat([good, counters(33)]), /60 bytes follow/],
  ['another magic number', changed(0, 0x464c457f), /do not begin/],
  ['another version', changed(4, gcc9), /another version of gcc/],
  ['the stamp of another build', changed(8, 12), /another build/],
  ['the objects in another order', Buffer.concat([counters(22), counters(11)]), /another build/],
  ['an unknown record', changed(16, 0x01450000), /unknown kind 1450000/],
  ['a length beyond the end', changed(20, 0x7fffffff), /cut off/],
  ['a length beyond 32 bits', changed(20, 0xffffffff), /cut off/],
]
for (const [what, stream, message] of hostile) {
  void test(`refuses ${what}`, async (t) => {
    t.throws(() => splitCounters(stream, objects), { code: 'COUNTERS_REFUSED', message })
  })
}

void test('notes that are none are refused', async (t) => {
  t.throws(() => countedObject('x', Buffer.from('ELF')), { code: 'COUNTERS_REFUSED' })
  t.throws(() => countedObject('x', words(0, 0, 0)), { code: 'COUNTERS_REFUSED' })
})
