// Locates the virtual CPUs from outside, without help of the kernel: it may be dead.
import type { Qmp, QmpOptions } from './qmp.ts'
import type { NameOf } from './symbols.ts'

/** The state of a virtual CPU at one moment. */
export interface VcpuPosition {
  readonly cpu: number
  /** `elsewhere` is code outside of the kernel's System.map: a nested VM, or firmware. */
  readonly mode: 'kernel' | 'user' | 'elsewhere'
  /** The CPU waits for an interrupt. */
  readonly halted: boolean
  readonly interruptsOff: boolean
  /** The present function and its callers; empty unless the CPU is in the kernel. */
  readonly trace: readonly string[]
}

/** One frame of a kernel with frame pointers: the address of the next frame, and the return address. */
interface Frame {
  readonly next: bigint
  readonly returnsTo: bigint
}

interface Registers {
  readonly cpu: number
  readonly rip: bigint
  readonly rbp: bigint
  readonly flags: bigint
  readonly privilege: number
  readonly halted: boolean
}

const mostFrames = 24
const interruptFlag = 0x200n
const kernelSpace = 0xffff800000000000n

/** Parses the output of `info registers -a`. */
export function parseRegisters(text: string): Registers[] {
  return text
    .split(/^CPU#/m)
    .slice(1)
    .flatMap((part) => {
      const cpu = /^\d+/.exec(part)?.[0]
      const number = (name: string): string | undefined => new RegExp(`\\b${name}=([0-9a-f]+)`).exec(part)?.[1]
      const [rip, rbp, flags, privilege] = ['RIP', 'RBP', 'RFL', 'CPL'].map(number)
      if (cpu === undefined || rip === undefined || rbp === undefined || flags === undefined) return []
      return [
        {
          cpu: Number(cpu),
          rip: BigInt(`0x${rip}`),
          rbp: BigInt(`0x${rbp}`),
          flags: BigInt(`0x${flags}`),
          privilege: Number(privilege ?? 0),
          halted: number('HLT') === '1',
        },
      ]
    })
}

/**
 * Locates all virtual CPUs, which are stopped meanwhile.
 * @throws {InfraError | DeadlineExceeded} when QEMU fails or does not answer
 */
export async function vcpuPositions(qmp: Qmp, nameOf: NameOf, options: QmpOptions): Promise<readonly VcpuPosition[]> {
  await qmp.execute('stop', {}, options)
  try {
    const text = await monitorSays(qmp, 'info registers -a', 0, options)
    const positions: VcpuPosition[] = []
    for (const registers of parseRegisters(text)) positions.push(await positionOf(registers, qmp, nameOf, options))
    return positions
  } finally {
    await qmp.execute('cont', {}, options)
  }
}

async function positionOf(
  { cpu, rip, rbp, flags, privilege, halted }: Registers,
  qmp: Qmp,
  nameOf: NameOf,
  options: QmpOptions,
): Promise<VcpuPosition> {
  const name = nameOf(rip)
  const seen = { cpu, halted, interruptsOff: (flags & interruptFlag) === 0n }
  if (name === undefined) return { ...seen, mode: privilege === 3 ? 'user' : 'elsewhere', trace: [] }
  const trace = [name]
  let frame = rbp
  while (trace.length < mostFrames && frame >= kernelSpace) {
    const found = parseFrame(await monitorSays(qmp, `x /2gx 0x${frame.toString(16)}`, cpu, options))
    if (found === undefined) break
    const caller = nameOf(found.returnsTo, 'return')
    // Stacks grow downwards: each frame lies above the one before.
    if (caller === undefined || found.next <= frame) break
    trace.push(caller)
    frame = found.next
  }
  return { ...seen, mode: 'kernel', trace }
}

/** Parses two words of memory in the output of the monitor; nothing when it could not read them. */
export function parseFrame(text: string): Frame | undefined {
  const [, next, returnsTo] = /: 0x([0-9a-f]{16}) 0x([0-9a-f]{16})/.exec(text) ?? []
  if (next === undefined || returnsTo === undefined) return undefined
  return { next: BigInt(`0x${next}`), returnsTo: BigInt(`0x${returnsTo}`) }
}

async function monitorSays(qmp: Qmp, command: string, cpu: number, options: QmpOptions): Promise<string> {
  const args = { 'command-line': command, 'cpu-index': cpu }
  const answer = await qmp.execute('human-monitor-command', args, options)
  return typeof answer === 'string' ? answer : ''
}
