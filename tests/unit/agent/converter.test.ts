import { test } from 'tap'
import { converterOf } from '../../../harness/agent/converter.ts'
import { decodeFields } from '../../../harness/agent/wire/codec.ts'
import { operations } from '../../../harness/agent/wire/operations.ts'
import type { Conversion, GmemOperations, ManyConversions } from '../../../harness/agent/gmem.ts'
import { decodeRuns } from '../../../harness/agent/access.ts'
import { dialects } from '../../../harness/uapi/dialect.ts'

const { vm } = decodeFields(operations.vmCreate.answer, [(1n << 32n) | 1n])
const { gmem } = decodeFields(operations.gmemCreate.answer, [(3n << 32n) | 2n])
const gpa = 4 * 2 ** 30

/** Records the conversions; no other method is called. */
function recorder(asked: (Conversion | ManyConversions)[]): {
  gmem: Pick<GmemOperations, 'convert' | 'convertMany'>
} {
  const outcome = { errno: 'EAGAIN', line: '' } as const
  return {
    gmem: {
      convert: (conversion) => {
        asked.push(conversion)
        return Promise.resolve({ ...outcome, errorOffset: 0, nanoseconds: 0 })
      },
      convertMany: (conversions) => {
        asked.push(conversions)
        return Promise.resolve({
          ...outcome,
          done: 0,
          failedOffset: conversions.offset + 4096,
          errorOffset: 0,
          nanoseconds: 0,
          firstTenthNanoseconds: 0,
          lastTenthNanoseconds: 0,
          slowestNanoseconds: 0,
        })
      },
    },
  }
}

void test('offsets are those of the file in every dialect', async (t) => {
  for (const dialect of dialects) {
    const asked: (Conversion | ManyConversions)[] = []
    const converter = converterOf(recorder(asked), { dialect, vm, gmem, gpa })
    await converter.convert('private', 4096, 8192)
    await converter.convert('shared', 4096n, 8192)
    const many = await converter.convertMany({ to: 'private', offset: 0, size: 8192 })
    const byAddress = dialect === 'vm-attributes'
    const base = byAddress ? gpa : 0
    t.match(asked[0], { target: byAddress ? vm : gmem, dialect, to: 'private', offset: base + 4096 })
    t.match(asked[1], { offset: BigInt(base) + 4096n })
    t.match(asked[2], { offset: base })
    t.equal(many.failedOffset, 4096)
  }
})

void test('a scan with impossible records is garbage', (t) => {
  t.throws(() => decodeRuns(Buffer.alloc(15), 1), { code: 'AGENT_GARBAGE' })
  t.throws(() => decodeRuns(Buffer.alloc(16, 0xff), 1), { code: 'AGENT_GARBAGE' })
  t.end()
})
