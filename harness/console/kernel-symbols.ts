// Looks up functions and source lines in a vmlinux with binutils.
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { UsageError } from '../base/errors.ts'
import { run } from '../process/run-program.ts'

export interface VmlinuxOptions {
  readonly vmlinux: string
  readonly signal: AbortSignal
}

export interface KernelSymbol {
  readonly address: bigint
  /** The size of the function in bytes. */
  readonly size: number
  /** The size with the padding behind the function, which is the size that the kernel prints. */
  readonly room: number
}

/** A line of the source and the function that it is in. */
export interface SourceLine {
  readonly function: string
  readonly location: string | undefined
}

/** In milliseconds; reading the debug information of a distribution's kernel takes seconds. */
const deadline = 120_000

/**
 * Finds the functions of these names; static functions may share a name.
 * @throws {UsageError} VMLINUX_MISSING, VMLINUX_FORMAT
 * @throws {InfraError} COMMAND_MISSING when binutils are not installed
 */
export async function symbolTable(
  names: ReadonlySet<string>,
  { vmlinux, signal }: VmlinuxOptions,
): Promise<Map<string, KernelSymbol[]>> {
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
  const table = new Map<string, KernelSymbol[]>()
  for (const [index, [, digits = '', size = '0', type = '', name = '']] of lines.entries()) {
    if (!names.has(name) || !/[tTwW]/.test(type)) continue
    const address = BigInt(`0x${digits}`)
    // Aliases have the same address: the function ends at the next other one.
    const next = lines.slice(index + 1).find(([, other = '']) => other !== digits)?.[1]
    const room = next === undefined ? Infinity : Number(BigInt(`0x${next}`) - address)
    table.set(name, [...(table.get(name) ?? []), { address, size: Number.parseInt(size, 16), room }])
  }
  return table
}

/**
 * Finds the source lines of addresses, the innermost inlined function first. The debug information is read from
 * `VMLINUX.debug` if there is one, as in the builds of gmemtest.
 * @throws {InfraError} COMMAND_MISSING when binutils are not installed
 */
export async function sourceLines(
  addresses: readonly bigint[],
  { vmlinux, signal }: VmlinuxOptions,
): Promise<Map<bigint, SourceLine[]>> {
  if (addresses.length === 0) return new Map()
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('')
  const separate = `${vmlinux}.debug`
  const file = existsSync(separate) ? separate : vmlinux
  const { stdout } = await run('addr2line', ['-a', '-f', '-i', '-e', file], { signal, timeout: deadline, input })
  const found = new Map<bigint, SourceLine[]>()
  // An address, followed by pairs of lines: a function, and its place.
  for (const part of stdout.split(/^(?=0x[0-9a-f]+$)/m)) {
    const [address = '', ...rest] = part.trimEnd().split('\n')
    if (address === '') continue
    const pairs = rest.flatMap((name, index) => (index % 2 === 0 ? [[name, rest[index + 1] ?? '']] : []))
    const lines = pairs.map(([name = '', place = '']) => {
      const [location] = /^(?!\?).+:\d+/.exec(place) ?? []
      return { function: name, location }
    })
    found.set(BigInt(address), lines)
  }
  return found
}
