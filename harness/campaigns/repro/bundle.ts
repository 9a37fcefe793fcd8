// A folder that shows a bug with QEMU alone: the kernel, an initramfs that runs the reproducer, and the script that boots it.
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { cpioArchive, type CpioEntry } from '../../image/cpio.ts'
import { compileProgram } from '../../image/static-compiler.ts'
import { inProject } from '../../base/paths.ts'
import { shellWord } from '../../process/child.ts'
import { accelerators, qemu } from '../../vm/arguments.ts'
import type { BootProfile } from '../../vm/profile.ts'
import { exitLine, plainArguments } from './plain-qemu.ts'

/** The content of a bundle. */
export interface BundleOptions {
  /** An empty directory. */
  readonly directory: string
  /** The C program. */
  readonly source: string
  /** The directory of the kernel: it has a bzImage and its config. */
  readonly kernel: string
  /** Words for the command line of the kernel, without those of the profile. */
  readonly words: readonly string[]
  readonly profile: BootProfile
  /** The directory of compiled programs. */
  readonly cache: string
  readonly signal: AbortSignal
}

/** The files of a bundle. */
export const names = {
  source: 'reproducer.c',
  program: 'reproducer',
  image: 'bzImage',
  config: 'config',
  initramfs: 'initramfs.cpio',
  script: 'repro.sh',
} as const

/**
 * Fills the folder.
 * @throws {BuildError} COMPILE_FAILED
 * @throws {InfraError} COMPILER_MISSING, NO_SPACE
 */
export async function writeBundle(options: BundleOptions): Promise<void> {
  const { directory, source, kernel, cache, signal } = options
  const place = (name: string): string => path.join(directory, name)
  await writeFile(place(names.source), source)
  const root = path.join(cache, 'reproducers')
  const [init, program] = await Promise.all([
    compileProgram({ root, sources: inProject('guest-images/bundle'), program: 'init', signal }),
    compileProgram({ root, sources: directory, program: names.program, signal }),
  ])
  await copyFile(program, place(names.program))
  const entries = initramfs(await readFile(init), await readFile(program))
  await writeFile(place(names.initramfs), cpioArchive(entries))
  for (const name of [names.image, names.config]) await copyFile(path.join(kernel, name), place(name))
  await writeFile(place(names.script), scriptOf(options), { mode: 0o755 })
}

function initramfs(init: Uint8Array, program: Uint8Array): CpioEntry[] {
  const directories = ['dev', 'proc', 'sys', 'tmp']
  return [
    ...directories.map((name): CpioEntry => ({ path: name, type: 'directory', mode: 0o755 })),
    // The kernel opens the console for init before /dev is mounted.
    { path: 'dev/console', type: 'character-device', mode: 0o600, major: 5, minor: 1 },
    { path: 'init', type: 'file', mode: 0o755, content: init },
    { path: names.program, type: 'file', mode: 0o755, content: program },
  ]
}

/** The script needs a shell, coreutils and QEMU. Its only argument is another kernel image. */
function scriptOf({ words, profile }: BundleOptions): string {
  const { kvm, tcg } = accelerators
  const places = { accel: '$accel', cpu: '$cpu', kernel: '$image', initramfs: names.initramfs }
  const args = plainArguments(places, words, profile).map((word) =>
    word.startsWith('$') ? `"${word}"` : shellWord(word),
  )
  return `#!/bin/sh
# Boots ${names.image}, or the kernel image that is the argument, in QEMU, where ${names.program} runs. The console is also in console.log.
# Exit codes: 0 the bug is not there, 1 it is (or the kernel died, or hung), 4 the kernel lacks what the program needs.
case \${1:-} in
	'') image=${names.image} ;;
	/*) image=$1 ;;
	*) image=$PWD/$1 ;;
esac
cd "$(dirname "$0")" || exit 69
# Nested VMs run on KVM where it can nest; otherwise QEMU emulates AMD's SVM, which is about ten times slower.
if [ -w /dev/kvm ] && grep -qs '[1Y]' /sys/module/kvm_intel/parameters/nested /sys/module/kvm_amd/parameters/nested; then
	accel=${kvm.accel} cpu=${kvm.cpu}
else
	accel=${tcg.accel} cpu=${tcg.cpu}
fi
timeout "\${LIMIT:-600}" ${qemu} \\
	${args.join(' ')} </dev/null | tee console.log
code=$(sed -n 's/^${exitLine}\\([0-9]*\\).*/\\1/p' console.log)
if [ -z "$code" ]; then
	echo 'repro.sh: the kernel died or hung: see console.log' >&2
	exit 1
fi
exit "$code"
`
}
