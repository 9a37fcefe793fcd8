// Checks a kernel before QEMU loads it: QEMU's own message for a wrong file does not help, or is missing.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { BuildError, UsageError } from '../base/errors.ts'

const machineX86 = 62
const processors: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  21: 'ppc64',
  22: 's390',
  40: 'arm',
  183: 'arm64',
  243: 'riscv',
  258: 'loongarch',
}

const segmentLoad = 1
const segmentNote = 4
/** XEN_ELFNOTE_PHYS32_ENTRY: where a PVH kernel is entered, in 32-bit mode. */
const notePvhEntry = 18
const mostNoteBytes = 1 << 16

/** Reads up to `length` bytes of a file from `offset`; fewer at its end. */
type ReadBytes = (offset: number, length: number) => Buffer

interface Segment {
  readonly type: number
  readonly offset: number
  readonly size: number
}

function hasPvhEntry(notes: Buffer): boolean {
  let offset = 0
  while (offset + 12 <= notes.length) {
    const nameSize = notes.readUInt32LE(offset)
    const descriptionSize = notes.readUInt32LE(offset + 4)
    const type = notes.readUInt32LE(offset + 8)
    const name = notes.toString('latin1', offset + 12, offset + 12 + nameSize)
    if (name === 'Xen\0' && type === notePvhEntry) return true
    offset += 12 + Math.ceil(nameSize / 4) * 4 + Math.ceil(descriptionSize / 4) * 4
  }
  return false
}

function segmentsOf(header: Buffer, read: ReadBytes): Segment[] {
  const tableOffset = Number(header.readBigUInt64LE(32))
  const entrySize = header.readUInt16LE(54)
  const count = header.readUInt16LE(56)
  const table = read(tableOffset, entrySize * count)
  const segments: Segment[] = []
  for (let start = 0; start + 56 <= table.length; start += entrySize) {
    segments.push({
      type: table.readUInt32LE(start),
      offset: Number(table.readBigUInt64LE(start + 8)),
      size: Number(table.readBigUInt64LE(start + 32)),
    })
  }
  return segments
}

/**
 * Requires that a file is an x86-64 vmlinux with a PVH entry.
 * @throws {UsageError} KERNEL_FORMAT for any other file, KERNEL_ARCHITECTURE for a kernel of another processor
 * @throws {BuildError} KERNEL_NO_PVH when it was built without CONFIG_PVH
 */
function checkKernel(name: string, fileSize: number, read: ReadBytes): void {
  const header = read(0, 1024)
  if (header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46) {
    const isBzImage = header.length >= 0x206 && header.toString('latin1', 0x202, 0x206) === 'HdrS'
    throw new UsageError('KERNEL_FORMAT', `${name} is ${isBzImage ? 'a bzImage' : 'not an ELF file'}`, {
      hint: 'give the vmlinux of the same build, from the top of its build tree',
    })
  }
  const isLittle64 = header[4] === 2 && header[5] === 1
  const processor = isLittle64 ? header.readUInt16LE(18) : undefined
  if (processor !== machineX86) {
    const found =
      processor === undefined
        ? 'a 32-bit or big-endian processor'
        : (processors[processor] ?? `ELF machine ${processor}`)
    throw new UsageError('KERNEL_ARCHITECTURE', `${name} is a kernel for ${found}, not for x86-64`, {
      hint: 'only x86-64 kernels are supported',
    })
  }
  const segments = segmentsOf(header, read)
  if (segments.some(({ type, offset, size }) => type === segmentLoad && offset + size > fileSize)) {
    throw new UsageError('KERNEL_FORMAT', `${name} is cut off: it ends before its last segment does`, {
      hint: 'copy or build it again',
    })
  }
  const notes = segments
    .filter(({ type }) => type === segmentNote)
    .map(({ offset, size }) => read(offset, Math.min(size, mostNoteBytes)))
  if (!notes.some(hasPvhEntry)) {
    throw new BuildError('KERNEL_NO_PVH', `${name} has no PVH entry, so QEMU cannot boot it`, {
      hint: 'add the fragment base to the definition of the kernel, or build it with CONFIG_PVH=y',
    })
  }
}

/**
 * Requires that `file` is a kernel that QEMU can boot here, reading only its headers.
 * @throws {UsageError} KERNEL_MISSING when it cannot be read, and what `checkKernel` throws
 */
export function checkKernelFile(file: string): void {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw new UsageError('KERNEL_MISSING', `cannot read the kernel ${file}`, { cause: error })
  }
  try {
    checkKernel(file, fstatSync(descriptor).size, (offset, length) => {
      const buffer = Buffer.alloc(length)
      return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset))
    })
  } finally {
    closeSync(descriptor)
  }
}
