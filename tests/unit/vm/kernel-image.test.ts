// The headers show a kernel that QEMU cannot boot.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { checkKernelFile } from '../../../harness/vm/kernel-image.ts'

interface Elf {
  readonly instance?: number
  readonly bits?: 1 | 2
  readonly note?: { readonly name: string; readonly type: number }
  /** Adds a load segment that goes beyond the end of the file. */
  readonly cutOff?: boolean
}

/** Builds a tiny vmlinux: a header, one program header and one note. */
function elf({ instance = 62, bits = 2, note = { name: 'Xen', type: 18 }, cutOff = false }: Elf): Buffer {
  const file = Buffer.alloc(300)
  file.writeUInt32BE(0x7f454c46, 0)
  file[4] = bits
  file[5] = 1
  file.writeUInt16LE(instance, 18)
  file.writeBigUInt64LE(64n, 32)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(cutOff ? 2 : 1, 56)
  file.writeUInt32LE(4, 64)
  file.writeBigUInt64LE(192n, 64 + 8)
  file.writeBigUInt64LE(100n, 64 + 32)
  file.writeUInt32LE(1, 120)
  file.writeBigUInt64LE(301n, 120 + 32)
  // Another note of a different size comes first.
  file.writeUInt32LE(4, 192)
  file.writeUInt32LE(5, 196)
  file.writeUInt32LE(3, 200)
  file.write('GNU\0', 204)
  file.writeUInt32LE(note.name.length + 1, 216)
  file.writeUInt32LE(4, 220)
  file.writeUInt32LE(note.type, 224)
  file.write(`${note.name}\0`, 228)
  return file
}

const bzImage = Buffer.alloc(1024)
bzImage.write('HdrS', 0x202)

interface Refusal {
  readonly name?: string
  readonly code: string
  readonly message?: RegExp
  readonly hint?: RegExp
}

const refused: readonly (readonly [what: string, content: Buffer, error: Refusal])[] = [
  ['a kernel for arm64', elf({ instance: 183 }), { name: 'UsageError', code: 'KERNEL_ARCHITECTURE', message: /arm64/ }],
  ['a kernel for something unheard of', elf({ instance: 4711 }), { code: 'KERNEL_ARCHITECTURE', message: /4711/ }],
  ['a 32-bit kernel', elf({ bits: 1 }), { code: 'KERNEL_ARCHITECTURE' }],
  ['a bzImage', bzImage, { name: 'UsageError', code: 'KERNEL_FORMAT', message: /bzImage/, hint: /vmlinux/ }],
  ['a text', Buffer.from('hello'), { name: 'UsageError', code: 'KERNEL_FORMAT', message: /not an ELF/ }],
  [
    'a kernel that is cut off',
    elf({ cutOff: true }),
    { name: 'UsageError', code: 'KERNEL_FORMAT', message: /cut off/ },
  ],
  ['an empty file', Buffer.alloc(0), { code: 'KERNEL_FORMAT' }],
  [
    'a kernel without PVH',
    elf({ note: { name: 'Xen', type: 6 } }),
    { name: 'BuildError', code: 'KERNEL_NO_PVH', hint: /fragment base .*CONFIG_PVH=y/ },
  ],
  ['a foreign note', elf({ note: { name: 'GNU', type: 18 } }), { code: 'KERNEL_NO_PVH' }],
]

for (const [what, content, error] of refused) {
  void test(`${what} is refused`, async (t) => {
    const file = path.join(t.testdir({}), 'vmlinux')
    await writeFile(file, content)
    t.throws(() => checkKernelFile(file), { ...error })
  })
}

void test('an x86-64 kernel with PVH is accepted', async (t) => {
  const file = path.join(t.testdir({}), 'vmlinux')
  await writeFile(file, elf({}))
  t.doesNotThrow(() => checkKernelFile(file))
})

void test('a missing kernel', (t) => {
  t.throws(() => checkKernelFile('/nonexistent/vmlinux'), { name: 'UsageError', code: 'KERNEL_MISSING' })
  t.end()
})
