// File and line of the frames of a trace, from the vmlinux of the kernel that printed it. Frames are named by function and
// offset, so it does not matter where the kernel was loaded.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '../base/errors.ts'
import { run } from '../process/run-program.ts'
import type { Splat } from './splat.ts'
import { frameOn, programCounterOn } from './stack-frames.ts'
import type { TraceFrame } from './stack-frames.ts'

export interface DecodeOptions {
  readonly vmlinux: string
  readonly signal: AbortSignal
}

export interface Decoded {
  readonly splats: Splat[]
  /** Why frames have no line: it is another kernel's vmlinux, or it has no debug information. */
  readonly trouble?: string
}

/** In milliseconds; the debug information of a distribution's kernel takes seconds to read. */
const deadline = 120_000
/** Its file is known, so that it shows where the source tree is. */
const landmark = { symbol: 'start_kernel', file: 'init/main.c' }

interface Symbol {
  readonly address: bigint
  /** Of the function, and of the function with the padding behind it: the kernel says the latter. */
  readonly size: number
  readonly room: number
}

/** A line of the source, and the function that it is in; the innermost inlined one comes first. */
interface SourceLine {
  readonly function: string
  readonly location: string | undefined
}

/**
 * The same findings, with file and line at the frames of their traces, and with the frames of inlined functions.
 * @throws {UsageError} VMLINUX_MISSING, VMLINUX_FORMAT
 * @throws {InfraError} COMMAND_MISSING when there are no binutils
 */
export async function decodeTraces(splats: readonly Splat[], options: DecodeOptions): Promise<Decoded> {
  const { decode, trouble } = await frameDecoder(
    splats.flatMap(({ trace }) => trace),
    options,
  )
  const decoded = splats.map((splat) => ({ ...splat, trace: splat.trace.flatMap(decode) }))
  return { splats: decoded, ...(trouble === undefined ? {} : { trouble }) }
}

/** What gives each of these frames its file and line, with those of the functions that were inlined there before it. */
async function frameDecoder(
  given: readonly TraceFrame[],
  options: DecodeOptions,
): Promise<{ readonly decode: (frame: TraceFrame) => TraceFrame[]; readonly trouble: string | undefined }> {
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
  return {
    decode: (frame) => {
      const address = addresses.get(keyOf(frame))
      return address === undefined ? [frame] : withLines(frame, lines.get(address) ?? [], root)
    },
    trouble: troubleOf(frames, addresses, [...lines.values()].flat()),
  }
}

/**
 * The same lines, with file and line behind each that is a place in the kernel, `  vfs_read+0x7e/0x113`, after a call,
 * or `RIP: vfs_read+0x7e/0x113`; and with lines for the functions that were inlined there.
 * @throws {UsageError} VMLINUX_MISSING, VMLINUX_FORMAT
 * @throws {InfraError} COMMAND_MISSING when there are no binutils
 */
export async function decodeLines(lines: readonly string[], options: DecodeOptions): Promise<string[]> {
  const places = lines.map((line) => ({ line, frame: placeOn(line) }))
  const frames = places.flatMap(({ frame }) => frame ?? [])
  if (frames.length === 0) return [...lines]
  const { decode } = await frameDecoder(frames, options)
  return places.flatMap(({ line, frame }) => {
    if (frame === undefined) return [line]
    const indent = /^ */.exec(line)?.[0] ?? ''
    return decode(frame).map(({ symbol, location, isInlined }) => {
      const place = isInlined === true ? `${indent}${symbol}` : line
      return `${place}${location === undefined ? '' : ` ${location}`}${isInlined === true ? ' (inlined)' : ''}`
    })
  })
}

/** The frame that is all that is on a line. */
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

/** Static functions share names; the one of the trace has its size, with or without padding. Another size is of another build. */
function addressOf(frame: TraceFrame, table: ReadonlyMap<string, readonly Symbol[]>): bigint | undefined {
  const { symbol, offset = 0, size = 0, isExact } = frame
  const found = table.get(symbol)?.filter((candidate) => candidate.size <= size && size <= candidate.room)
  // With two of one size nobody knows.
  if (found?.length !== 1 || found[0] === undefined) return undefined
  // The address after a call may be of the next line already.
  const back = isExact === true || offset === 0 ? 0 : 1
  return found[0].address + BigInt(offset - back)
}

async function symbolTable(
  names: ReadonlySet<string>,
  { vmlinux, signal }: DecodeOptions,
): Promise<Map<string, Symbol[]>> {
  const found = await stat(vmlinux).catch((cause: unknown) => {
    throw new UsageError('VMLINUX_MISSING', `there is no file ${vmlinux}`, { cause })
  })
  const listed = found.isFile()
    ? await run('nm', ['-n', '-S', '--defined-only', '--', vmlinux], { signal, timeout: deadline })
    : undefined
  if (listed?.exitCode !== 0) {
    throw new UsageError('VMLINUX_FORMAT', `${vmlinux} is not a kernel with symbols`, {
      hint: 'give the vmlinux of the same build, neither the bzImage nor the vmlinuz of a distribution',
      tail: listed?.stderr.split('\n').slice(-3) ?? [],
    })
  }
  const lines = listed.stdout
    .split('\n')
    .map((line) => /^([0-9a-f]+)(?: ([0-9a-f]+))? ([a-zA-Z]) (.+)$/.exec(line))
    .filter((line) => line !== null)
  const table = new Map<string, Symbol[]>()
  for (const [index, [, digits = '', size = '0', type = '', name = '']] of lines.entries()) {
    if (!names.has(name) || !/[tTwW]/.test(type)) continue
    const address = BigInt(`0x${digits}`)
    // Several names of one address are not each other's end.
    const next = lines.slice(index + 1).find(([, other = '']) => other !== digits)?.[1]
    const room = next === undefined ? Infinity : Number(BigInt(`0x${next}`) - address)
    table.set(name, [...(table.get(name) ?? []), { address, size: Number.parseInt(size, 16), room }])
  }
  return table
}

async function sourceLines(
  addresses: readonly bigint[],
  { vmlinux, signal }: DecodeOptions,
): Promise<Map<bigint, SourceLine[]>> {
  if (addresses.length === 0) return new Map()
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('')
  // Our own builds have their debug information beside the kernel.
  const besides = `${vmlinux}.debug`
  const file = await stat(besides).then(
    () => besides,
    () => vmlinux,
  )
  const { stdout } = await run('addr2line', ['-a', '-f', '-i', '-e', file], {
    signal,
    timeout: deadline,
    input,
  })
  const found = new Map<bigint, SourceLine[]>()
  let current: SourceLine[] = []
  let name = ''
  for (const line of stdout.split('\n')) {
    if (/^0x[0-9a-f]+$/.test(line)) {
      current = []
      found.set(BigInt(line), current)
      name = ''
    } else if (name === '') {
      name = line
    } else {
      const [location] = /^(?!\?).+:\d+/.exec(line) ?? []
      current.push({ function: name, location })
      name = ''
    }
  }
  return found
}

/** What is in front of the paths of this build. */
function rootOf(location: string | undefined): string {
  const end = location?.lastIndexOf(landmark.file) ?? -1
  return location === undefined || end === -1 ? '' : location.slice(0, end)
}

function withLines(frame: TraceFrame, lines: readonly SourceLine[], root: string): TraceFrame[] {
  if (lines.length === 0) return [frame]
  return lines.flatMap(({ function: name, location }, index) => {
    const place = location === undefined ? {} : { location: shortened(location, root) }
    const isOutermost = index === lines.length - 1
    return isOutermost
      ? [{ ...frame, ...place }]
      : [{ symbol: name, function: name, isInlined: true, ...place }]
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
  if (addresses.size === 0) return 'none of the functions of the traces is in it: it is of another kernel'
  return lines.every(({ location }) => location === undefined) ? 'it has no debug information' : undefined
}
