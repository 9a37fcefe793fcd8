import { test } from 'tap'
import {
  decodeFields,
  encodeRequest,
  showAnswer,
  showRequest,
  sizeOfFields,
} from '../../../../harness/agent/wire/codec.ts'
import {
  bits,
  choice,
  count,
  FieldError,
  flag,
  handle,
  kernelOffset,
  showHandle,
} from '../../../../harness/agent/wire/fields.ts'
import { operations } from '../../../../harness/agent/wire/operations.ts'

const gmem = 3n << 32n

void test('a request becomes words in the order of the table, and a readable line', (t) => {
  const { gmem: target } = decodeFields(operations.gmemCreate.answer, [gmem | 3n])
  const words = encodeRequest('convert', {
    target,
    dialect: 'convert-ioctl',
    to: 'private',
    offset: 0x2000,
    size: 0x1000,
  })
  t.same(words, [gmem | 3n, 0n, 1n, 0x2000n, 0x1000n, 0n])
  t.equal(showRequest('convert', words), 'convert(gmem#3, convert-ioctl, private, offset 0x2000, size 0x1000)')
  t.end()
})

void test('an answer becomes an object; only what is not 0 is shown', (t) => {
  t.same(decodeFields(operations.convert.answer, [0x2000n, 12n]), { errorOffset: 0x2000, nanoseconds: 12 })
  t.equal(showAnswer('convert', [0x2000n, 12n]), 'error_offset 0x2000')
  t.equal(showAnswer('hostFill', [1n, 2n, 0x1000n, 0n]), 'sigbus, signal_code 2, fault_offset 0x1000')
  t.end()
})

void test('every operation takes the words of its own size', (t) => {
  for (const { request, answer } of Object.values(operations)) {
    t.equal(sizeOfFields(request), Object.keys(request).length * 8)
    t.equal(sizeOfFields(answer), Object.keys(answer).length * 8)
  }
  t.end()
})

void test('numbers of any size go to the kernel, negative ones as two’s complement', (t) => {
  t.equal(count.encode(-1), 0xffff_ffff_ffff_ffffn)
  t.equal(bits.encode(1n << 63n), 1n << 63n)
  t.equal(kernelOffset.decode(0x1000n), 0x1000)
  t.equal(kernelOffset.decode(0xffff_8880_1234_5000n), 0xffff_8880_1234_5000n, 'garbage keeps every bit')
  t.throws(() => count.encode(2 ** 60), FieldError)
  t.throws(() => count.encode(0.5), FieldError)
  t.end()
})

void test('words that a field cannot be are garbage', (t) => {
  t.throws(() => count.decode(1n << 60n), FieldError)
  t.throws(() => choice(['a', 'b']).decode(2n), FieldError)
  t.throws(() => handle('vm').decode(gmem | 1n), FieldError)
  t.equal(handle('gmem').decode(0n), 0, 'nothing was created')
  t.equal(flag.decode(1n), true)
  t.end()
})

void test('a handle shows its kind', (t) => {
  t.equal(showHandle(gmem | 17n), 'gmem#17')
  t.equal(showHandle(0n), 'none')
  t.equal(showHandle(99n << 32n), 'handle#0')
  t.end()
})
