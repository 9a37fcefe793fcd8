// The virtual hardware of an instance: the command line of QEMU without the facts of one start.
import { existsSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { InfraError } from '../base/errors.ts'
import type { Bytes } from '../base/units.ts'
import { fileIdentity, findExecutable } from '../process/executable.ts'
import type { Accelerator } from './accelerator.ts'
import { qemu, qemuOptions, type QemuConfig } from './arguments.ts'

export interface Hardware {
  readonly vmlinux: string
  readonly initramfs: string
  readonly accelerator: Accelerator
  readonly memory: Bytes
  readonly cpus: number
  /** More words for the command line of the kernel. */
  readonly append?: readonly string[]
  /** Whether QEMU stays when the kernel has died, so that its memory can be dumped. */
  readonly dumpable?: boolean
}

/** The directories of QEMU's firmware in distributions. */
const firmwareDirectories = ['/usr/share/qemu', '/usr/local/share/qemu', '/usr/share/qemu-kvm']
const fastFirmware = 'qboot.rom'

/** Gives the configuration of QEMU, except for the name of the instance and its beginning. */
export function configOf(hardware: Hardware, sandbox: boolean): Omit<QemuConfig, 'name' | 'restores'> {
  return {
    ...hardware,
    accelerator: hardware.accelerator.name,
    append: hardware.append ?? [],
    dumpable: hardware.dumpable ?? false,
    sandbox,
    firmware: fastFirmwareFile() === undefined ? undefined : fastFirmware,
  }
}

function fastFirmwareFile(): string | undefined {
  return firmwareDirectories.map((directory) => `${directory}/${fastFirmware}`).find((file) => existsSync(file))
}

/**
 * Lists all that the state of an instance depends on: a saved state can be restored only where these texts are the same.
 * @throws {InfraError} QEMU_MISSING
 */
export function hardwareIdentity(hardware: Hardware): string[] {
  const program = findExecutable(qemu)
  if (program === undefined) throw qemuMissing()
  const firmware = fastFirmwareFile()
  // Under KVM the instance sees the processor of this computer.
  const processor = hardware.accelerator.name === 'kvm' ? [cpus()[0]?.model ?? '', release()] : []
  return [
    ...qemuOptions({ ...configOf(hardware, false), name: '', restores: false }).flat(),
    ...[program, firmware, hardware.vmlinux, hardware.initramfs].flatMap((file) =>
      file === undefined ? [] : [fileIdentity(file)],
    ),
    ...processor,
  ]
}

/** Makes the error for a computer without QEMU. */
export function qemuMissing(cause?: unknown): InfraError {
  const hint = 'apt-get install qemu-system-x86'
  return new InfraError('QEMU_MISSING', `${qemu} is not installed`, { hint, cause })
}
