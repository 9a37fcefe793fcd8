// Adds the mapping of the kernel's own image to a memory dump of QEMU, which knows only physical addresses.
import { chmod, open, type FileHandle } from 'node:fs/promises'

/** A program header of a 64-bit ELF file; the names are those of elf(5). */
interface Header {
  readonly position: number
  readonly type: number
  readonly offset: bigint
  readonly paddr: bigint
  readonly size: bigint
}

const elfStart = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])
const elfHeaderSize = 64
const programHeaderSize = 56
const types = { load: 1, note: 4 } as const
const allPermissions = 7
// Notes of 255 processors take less.
const mostNoteBytes = 2 ** 20
/** __START_KERNEL_map of x86-64: where the kernel maps its image. */
const kernelMap = 0xffff_ffff_8000_0000n
/** The default of KERNEL_IMAGE_SIZE on x86-64. */
const usualImageSize = 2n ** 29n
/** The firmware ends here, also in the memory of an instance. */
const endOfFirmware = 2n ** 32n

/**
 * Replaces the header of the firmware in an ELF dump by one that maps the virtual addresses of the kernel's image. drgn before
 * 0.0.30 finds the page tables only by this mapping, when the kernel runs at the physical address that it was linked for;
 * newer ones and crash compute it from the notes. Does nothing to a dump without the kernel's notes.
 * @throws the error of the file system
 */
export async function addKernelMapping(file: string): Promise<void> {
  // QEMU makes it readable only.
  await chmod(file, 0o600)
  await using dump = await open(file, 'r+')
  const headers = await headersOf(dump)
  const note = headers.find(({ type }) => type === types.note)
  const firmware = headers.find(({ type, paddr, size }) => type === types.load && paddr + size === endOfFirmware)
  if (note === undefined || firmware === undefined || note.size > mostNoteBytes) return
  const notes = (await bytesAt(dump, note.offset, Number(note.size))).toString('latin1')
  const base = numberIn(notes, 'phys_base')
  if (base === undefined) return
  const image = numberIn(notes, 'KERNEL_IMAGE_SIZE') ?? usualImageSize
  const memory = headers.find(
    ({ type, paddr, size }) => type === types.load && paddr <= base && base < paddr + size && size > firmware.size,
  )
  if (memory === undefined) return
  const inside = base - memory.paddr
  const size = [image, memory.size - inside].reduce((left, right) => (left < right ? left : right))
  const header = Buffer.alloc(programHeaderSize)
  header.writeUInt32LE(types.load, 0)
  header.writeUInt32LE(allPermissions, 4)
  for (const [index, value] of [memory.offset + inside, kernelMap, base, size, size].entries()) {
    header.writeBigUInt64LE(value, 8 + index * 8)
  }
  await dump.write(header, 0, header.length, firmware.position)
}

async function headersOf(dump: FileHandle): Promise<readonly Header[]> {
  const start = await bytesAt(dump, 0n, elfHeaderSize)
  if (start.length < elfHeaderSize || !start.subarray(0, elfStart.length).equals(elfStart)) return []
  const offset = start.readBigUInt64LE(32)
  const count = start.readUInt16LE(56)
  const table = await bytesAt(dump, offset, count * programHeaderSize)
  return Array.from({ length: Math.floor(table.length / programHeaderSize) }, (_, index) => {
    const at = index * programHeaderSize
    return {
      position: Number(offset) + at,
      type: table.readUInt32LE(at),
      offset: table.readBigUInt64LE(at + 8),
      paddr: table.readBigUInt64LE(at + 24),
      size: table.readBigUInt64LE(at + 32),
    }
  })
}

async function bytesAt(dump: FileHandle, position: bigint, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await dump.read(Buffer.alloc(length), 0, length, Number(position))
  return buffer.subarray(0, bytesRead)
}

/** Finds a number in the kernel's notes, which are lines of text: `NUMBER(phys_base)=0`. */
function numberIn(notes: string, name: string): bigint | undefined {
  const text = new RegExp(`^NUMBER\\(${name}\\)=(\\d+)$`, 'm').exec(notes)?.[1]
  return text === undefined ? undefined : BigInt(text)
}
