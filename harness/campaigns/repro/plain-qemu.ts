// The QEMU of a bundle: it needs nothing of gmemtest, and gdb can attach to it.
import { run } from '../../process/run-program.ts'
import { accelerators, optionValue, qemu } from '../../vm/arguments.ts'
import type { AcceleratorName } from '../../vm/accelerator.ts'
import { kernelWords, memoryOf, type BootProfile } from '../../vm/profile.ts'

const mebibyte = 2 ** 20
const cpus = 4

/** What the init of a bundle prints before the exit code of the program (guest-images/bundle/init.c). */
export const exitLine = 'reproducer: exit code '

/** Values of options of QEMU that depend on the computer. */
interface Places {
  readonly accel: string
  readonly cpu: string
  readonly kernel: string
  readonly initramfs: string
}

/** Returns the arguments of QEMU; `words` are those of the kernel beside the words of the profile. */
export function plainArguments(places: Places, words: readonly string[], profile: BootProfile): string[] {
  const { accel, cpu, kernel, initramfs } = places
  const append = ['console=ttyS0', 'panic=-1', ...words, ...kernelWords(profile)].join(' ')
  const devices = ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'q35']
  const size = ['-smp', String(cpus), '-m', `${Math.ceil(memoryOf(profile) / mebibyte)}M`]
  const boot = ['-kernel', kernel, '-initrd', initramfs, '-append', append, '-serial', 'stdio']
  return [...devices, '-accel', accel, '-cpu', cpu, ...size, ...boot]
}

interface DebugOptions {
  /** The directory of the bundle. */
  readonly directory: string
  readonly files: { readonly image: string; readonly initramfs: string }
  readonly words: readonly string[]
  readonly profile: BootProfile
  readonly accelerator: AcceleratorName
  /** The socket for gdb: QEMU makes it, and waits there for gdb before the kernel starts. */
  readonly socket: string
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/** The user decides how long it takes. */
const endless = 2 ** 31 - 1

/**
 * Boots a bundle that waits for gdb. Returns the exit code of its program; undefined when the kernel died or gdb ended QEMU.
 * @throws {InfraError} COMMAND_MISSING when QEMU does not exist
 */
export async function debugBundle(options: DebugOptions): Promise<number | undefined> {
  const { directory, files, words, profile, accelerator, socket, onLine, signal } = options
  const places = { ...accelerators[accelerator], kernel: files.image, initramfs: files.initramfs }
  const gdb = ['-S', '-gdb', `unix:${optionValue(socket)},server=on,wait=off`]
  let code: number | undefined
  await run(qemu, [...plainArguments(places, words, profile), ...gdb], {
    cwd: directory,
    timeout: endless,
    signal,
    onLine: (line) => {
      onLine(line)
      const digits = line.startsWith(exitLine) ? /^\d+/.exec(line.slice(exitLine.length)) : null
      if (digits !== null) code = Number(digits[0])
    },
  })
  return code
}
