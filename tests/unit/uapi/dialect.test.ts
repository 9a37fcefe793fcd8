import { test } from 'tap'
import { dialects, dialectSpecs } from '../../../harness/uapi/dialect.ts'
import type { KernelTrial } from '../../../harness/uapi/dialect-spec.ts'

const place = { gmem: 'the file', vm: 'the VM', gpa: 4096 }

/** A kernel that answers no question with yes. */
const nothing: KernelTrial = {
  extension: () => Promise.resolve(0),
  takesConversion: () => Promise.resolve(false),
}

void test('a dialect in place converts on the file, the other one on the VM', (t) => {
  for (const name of dialects) {
    const { inPlace, conversion } = dialectSpecs[name]
    const wanted = inPlace ? { target: 'the file', base: 0 } : { target: 'the VM', base: 4096 }
    t.strictSame(conversion(place), wanted, name)
  }
  t.end()
})

function flags(name: (typeof dialects)[number]): bigint[] {
  return (['shared', 'private'] as const).map((initially) => dialectSpecs[name].creationFlags({ initially }))
}

void test('the flags of a file are those of its dialect', (t) => {
  t.strictSame(flags('convert-ioctl'), [1n, 3n])
  t.strictSame(flags('gmem-attributes'), [3n, 1n])
  t.strictSame(flags('vm-attributes'), [0n, 0n])
  const huge = dialectSpecs['convert-ioctl'].creationFlags({ initially: 'shared', hugePages: '2M' })
  t.equal(huge, 5n | (21n << 58n))
  t.end()
})

void test('a kernel that answers nothing speaks no dialect', async (t) => {
  for (const name of dialects) t.notOk(await dialectSpecs[name].isSpokenBy(nothing), name)
  const attributes = { ...nothing, extension: () => Promise.resolve(8) }
  t.ok(await dialectSpecs['vm-attributes'].isSpokenBy(attributes))
  const unknownAttribute = { ...nothing, extension: () => Promise.resolve(4) }
  t.notOk(await dialectSpecs['vm-attributes'].isSpokenBy(unknownAttribute))
})
