import { test } from 'tap'
import { interfaceOf } from '../../../harness/vocabulary/kernel-interface.ts'

function wordsOf(bytes: Buffer): bigint[] {
  return Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readBigUInt64LE(index * 8))
}

void test('an argument has the fields of its dialect in their order, and its reserved words', (t) => {
  const values = { offset: 1, size: 2, errorOffset: 3, flags: 4, reserved: [5] }
  const rfc = interfaceOf('convert-ioctl').argument('private', values)
  t.strictSame(wordsOf(rfc), [1n, 2n, 3n, 5n, 0n, 0n, 0n, 0n])
  const ofFile = interfaceOf('gmem-attributes').argument('private', values)
  t.strictSame(wordsOf(ofFile), [1n, 2n, 8n, 4n, 3n, 5n, ...Array<bigint>(10).fill(0n)])
  const shared = interfaceOf('gmem-attributes-v1').argument('shared', values)
  t.strictSame(wordsOf(shared), [1n, 2n, 0n, 4n, 3n, 5n, 0n, 0n])
  t.end()
})

void test('attributes that are given replace those of the state', (t) => {
  const bytes = interfaceOf('gmem-attributes').argument('private', { offset: 0, size: 0, attributes: 1n << 63n })
  t.equal(wordsOf(bytes)[2], 1n << 63n)
  t.end()
})

void test('st_blocks counts small pages in some dialects alone', (t) => {
  t.equal(interfaceOf('convert-ioctl').blocksOf(3), 24)
  t.equal(interfaceOf('gmem-attributes').blocksOf(3), 0)
  t.end()
})
