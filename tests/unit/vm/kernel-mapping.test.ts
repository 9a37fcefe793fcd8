// The mapping of the kernel's image in a dump: added where all facts are there, and nothing else changes.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { addKernelMapping } from '../../../harness/vm/kernel-mapping.ts'

interface Load {
  readonly type?: number
  readonly offset: number | bigint
  readonly vaddr?: bigint
  readonly paddr: number | bigint
  readonly size: number | bigint
}

const load = 1
const note = 4
const mebibyte = 2 ** 20

function header({ type = load, offset, vaddr = 0n, paddr, size }: Load, flags = 0): Buffer {
  const buffer = Buffer.alloc(56)
  buffer.writeUInt32LE(type, 0)
  buffer.writeUInt32LE(flags, 4)
  for (const [index, value] of [offset, vaddr, paddr, size, size].entries()) {
    buffer.writeBigUInt64LE(BigInt(value), 8 + index * 8)
  }
  return buffer
}

/** A dump as QEMU begins it: the program headers come after two section headers, then the notes. */
function dumpOf(notes: string, loads: readonly Load[]): Buffer {
  const text = Buffer.from(`CORE\0\u0001\u0002${notes}`, 'latin1')
  const table = 64 + 2 * 64
  const start = Buffer.alloc(table)
  start.write('\u007fELF\u0002\u0001\u0001', 'latin1')
  start.writeBigUInt64LE(BigInt(table), 32)
  start.writeUInt16LE(56, 54)
  start.writeUInt16LE(loads.length + 1, 56)
  const offset = table + (loads.length + 1) * 56
  return Buffer.concat([
    start,
    header({ type: note, offset, paddr: 0, size: text.length }),
    ...loads.map((one) => header(one)),
    text,
  ])
}

const memory = { offset: 0x2000, paddr: 0, size: 1024 * mebibyte }
const high = { offset: 0x4000_2000, paddr: 2n ** 32n, size: 512 * mebibyte }
const firmware = { offset: 0x8000_2000, paddr: 2n ** 32n - 65_536n, size: 65_536 }
const largeFirmware = { offset: 0x8000_2000, paddr: 2n ** 32n - 262_144n, size: 262_144 }
const notes = 'OSRELEASE=6.12.117\nNUMBER(phys_base)=0\nNUMBER(KERNEL_IMAGE_SIZE)=536870912\n'
const image = 512 * mebibyte
const start = 0xffff_ffff_8000_0000n

const cases: readonly (readonly [what: string, dump: Buffer, mapping: Load | undefined])[] = [
  ['a usual dump', dumpOf(notes, [memory, firmware]), { offset: 0x2000, vaddr: start, paddr: 0, size: image }],
  [
    'memory above 4 GiB, and a large firmware',
    dumpOf(notes, [memory, largeFirmware, high]),
    { offset: 0x2000, vaddr: start, paddr: 0, size: image },
  ],
  [
    'a kernel at another address',
    dumpOf(notes.replace('base)=0', 'base)=16777216'), [memory, firmware]),
    { offset: 0x2000 + 16 * mebibyte, vaddr: start, paddr: 16 * mebibyte, size: image },
  ],
  [
    'less memory than an image may take',
    dumpOf(notes, [{ ...memory, size: 256 * mebibyte }, firmware]),
    { offset: 0x2000, vaddr: start, paddr: 0, size: 256 * mebibyte },
  ],
  [
    'notes without the size of the image',
    dumpOf('OSRELEASE=6.1\nNUMBER(phys_base)=0\n', [memory, firmware]),
    { offset: 0x2000, vaddr: start, paddr: 0, size: image },
  ],
  ['a kernel without notes', dumpOf('', [memory, firmware]), undefined],
  [
    'an address that no memory has',
    dumpOf(notes.replace('base)=0', 'base)=99999999999'), [memory, firmware]),
    undefined,
  ],
  ['a negative address', dumpOf(notes.replace('base)=0', 'base)=-4096'), [memory, firmware]), undefined],
  ['no firmware', dumpOf(notes, [memory, high]), undefined],
  ['headers that end too early', dumpOf(notes, [memory, firmware]).subarray(0, 260), undefined],
  ['a compressed dump', Buffer.from('makedumpfile\0and more'), undefined],
  ['an empty file', Buffer.alloc(0), undefined],
]

for (const [what, dump, mapping] of cases) {
  void test(what, async (t) => {
    const file = path.join(t.testdir({}), 'vmcore-a')
    writeFileSync(file, dump)
    chmodSync(file, 0o400)
    await addKernelMapping(file)
    const wanted = Buffer.from(dump)
    if (mapping !== undefined) {
      const at = [firmware, largeFirmware].map((one) => dump.indexOf(header(one))).find((found) => found !== -1)
      header(mapping, 7).copy(wanted, at)
    }
    t.ok(readFileSync(file).equals(wanted))
    t.equal(statSync(file).mode & 0o777, 0o600)
  })
}
