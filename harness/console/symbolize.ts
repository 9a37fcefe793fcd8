// Adds file and line to the frames of traces, from the vmlinux of the kernel that printed them. A frame names function and
// offset, so the address at which the kernel was loaded does not matter.
import path from 'node:path'
import { sourceLines, symbolTable } from './kernel-symbols.ts'
import type { KernelSymbol, SourceLine, VmlinuxOptions } from './kernel-symbols.ts'
import type { Splat } from './splat.ts'
import { frameOn, programCounterOn, type TraceFrame } from './stack-frames.ts'

export interface Symbolized<Item> {
  readonly symbolized: readonly Item[]
  /** The reason why frames lack a line: the vmlinux belongs to another kernel, or has no debug information. */
  readonly trouble?: string
}

/** A function whose file is known: its location shows where the source tree is. */
const landmark = { symbol: 'start_kernel', file: 'init/main.c' }

/**
 * Adds file and line to the frames of the traces of splats, and frames for inlined functions.
 * @throws {UsageError} VMLINUX_MISSING, VMLINUX_FORMAT
 * @throws {InfraError} COMMAND_MISSING when binutils are not installed
 */
export async function symbolizeSplats(splats: readonly Splat[], options: VmlinuxOptions): Promise<Symbolized<Splat>> {
  const frames = splats.flatMap(({ trace }) => trace)
  return await symbolize(frames, options, (expand) =>
    splats.map((splat) => ({ ...splat, trace: splat.trace.flatMap(expand) })),
  )
}

/**
 * Adds file and line to each line that is only a place in the kernel, `  vfs_read+0x7e/0x113` or
 * `RIP: vfs_read+0x7e/0x113`, and lines for the functions that are inlined there. Other lines stay as they are; without
 * any place, vmlinux is not read.
 * @throws {UsageError} VMLINUX_MISSING, VMLINUX_FORMAT
 * @throws {InfraError} COMMAND_MISSING when binutils are not installed
 */
export async function symbolizeLines(lines: readonly string[], options: VmlinuxOptions): Promise<Symbolized<string>> {
  const places = lines.map((line) => ({ line, frame: placeOn(line) }))
  const frames = places.flatMap(({ frame }) => frame ?? [])
  if (frames.length === 0) return { symbolized: lines }
  return await symbolize(frames, options, (expand) =>
    places.flatMap(({ line, frame }) => {
      if (frame === undefined) return [line]
      const indent = /^ */.exec(line)?.[0] ?? ''
      return expand(frame).map(({ symbol, location, isInlined }) => {
        const place = isInlined === true ? `${indent}${symbol}` : line
        return `${place}${location === undefined ? '' : ` ${location}`}${isInlined === true ? ' (inlined)' : ''}`
      })
    }),
  )
}

/** Looks all frames up at once; `apply` then replaces each by the frames that `expand` gives. */
async function symbolize<Item>(
  given: readonly TraceFrame[],
  options: VmlinuxOptions,
  apply: (expand: (frame: TraceFrame) => TraceFrame[]) => Item[],
): Promise<Symbolized<Item>> {
  const frames = given.filter(isOfKernel)
  const table = await symbolTable(new Set([...frames.map((frame) => frame.symbol), landmark.symbol]), options)
  const addresses = new Map<string, bigint>()
  for (const frame of frames) {
    const address = addressOf(frame, table)
    if (address !== undefined) addresses.set(keyOf(frame), address)
  }
  const [landmarkAt] = table.get(landmark.symbol) ?? []
  const wanted = [...new Set([...addresses.values(), ...(landmarkAt ? [landmarkAt.address] : [])])]
  const lines = await sourceLines(wanted, options)
  const root = rootOf(landmarkAt === undefined ? undefined : lines.get(landmarkAt.address)?.at(-1)?.location)
  const trouble = troubleOf(frames, addresses, [...lines.values()].flat())
  const symbolized = apply((frame) => {
    const address = addresses.get(keyOf(frame))
    return address === undefined ? [frame] : withLines(frame, lines.get(address) ?? [], root)
  })
  return { symbolized, ...(trouble === undefined ? {} : { trouble }) }
}

/** Parses a line that holds nothing but a frame. */
function placeOn(line: string): TraceFrame | undefined {
  if (/^RIP: \S+$/.test(line)) return programCounterOn(line)
  const frame = /^ *[A-Za-z_][\w.$]*\+0x[0-9a-f]+\/0x[0-9a-f]+$/.test(line) ? frameOn(line) : undefined
  return typeof frame === 'string' ? undefined : frame
}

function isOfKernel({ module, offset }: TraceFrame): boolean {
  return module === undefined && offset !== undefined
}

function keyOf({ symbol, offset, size, isExact }: TraceFrame): string {
  return `${symbol}+${offset}/${size} ${isExact}`
}

/** Tells functions that share a name apart by their size. A function of another size belongs to another build. */
function addressOf(frame: TraceFrame, table: ReadonlyMap<string, readonly KernelSymbol[]>): bigint | undefined {
  const { symbol, offset = 0, size = 0, isExact } = frame
  const found = table.get(symbol)?.filter((candidate) => candidate.size <= size && size <= candidate.room)
  // Two functions of the same name and size cannot be told apart.
  if (found?.length !== 1 || found[0] === undefined) return undefined
  // The address after a call may belong to the next line already.
  const back = isExact === true || offset === 0 ? 0 : 1
  return found[0].address + BigInt(offset - back)
}

/** Gives the directory of the source tree in this build. */
function rootOf(location: string | undefined): string {
  const end = location?.lastIndexOf(landmark.file) ?? -1
  return location === undefined || end === -1 ? '' : location.slice(0, end)
}

function withLines(frame: TraceFrame, lines: readonly SourceLine[], root: string): TraceFrame[] {
  if (lines.length === 0) return [frame]
  return lines.map(({ function: name, location }, index) => {
    const place = location === undefined ? {} : { location: shortened(location, root) }
    const isOutermost = index === lines.length - 1
    return isOutermost ? { ...frame, ...place } : { symbol: name, function: name, isInlined: true as const, ...place }
  })
}

function shortened(location: string, root: string): string {
  return path.posix.normalize(location.startsWith(root) ? location.slice(root.length) : location)
}

function troubleOf(
  frames: readonly TraceFrame[],
  addresses: ReadonlyMap<string, bigint>,
  lines: readonly SourceLine[],
): string | undefined {
  if (frames.length === 0) return undefined
  if (addresses.size === 0) return 'it has none of the functions of the traces: it belongs to another kernel'
  return lines.every(({ location }) => location === undefined) ? 'it has no debug information' : undefined
}
