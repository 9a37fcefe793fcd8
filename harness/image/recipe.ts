// The content of the guest image: busybox, dropbear with its libraries, init of the project, and little else.
import path from 'node:path'
import type { CpioEntry } from './cpio.ts'

/** The content of the files of the image. */
export interface ImageIngredients {
  readonly init: Uint8Array
  readonly busybox: Uint8Array
  readonly dropbear: Uint8Array
  /** Libraries by the paths at which the loader looks for them. */
  readonly libraries: ReadonlyMap<string, Uint8Array>
  /** The content of /etc/profile. */
  readonly profile: string
  /** Dropbear's private key, in its own format. */
  readonly hostKey: Uint8Array
  /** A line of authorized_keys. */
  readonly userKeyLine: string
}

/** Applets that programs run by their path; the shell finds all applets itself. */
const applets = ['sh', 'mount', 'cat', 'ls', 'dmesg', 'poweroff', 'reboot']

function directory(name: string, mode = 0o755): CpioEntry {
  return { path: name, type: 'directory', mode }
}

function file(name: string, content: Uint8Array | string, mode = 0o644): CpioEntry {
  return { path: name, type: 'file', mode, content: Buffer.from(content) }
}

function device(name: string, mode: number, major: number, minor: number): CpioEntry {
  return { path: name, type: 'character-device', mode, major, minor }
}

/** Returns all directories above some files, each once. */
function parents(names: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const name of names) {
    for (let above = path.dirname(name); above !== '.'; above = path.dirname(above)) found.add(above)
  }
  return [...found]
}

/** Returns the entries of the image. The same ingredients make the same image. */
export function imageEntries(ingredients: ImageIngredients): CpioEntry[] {
  const libraries = [...ingredients.libraries].map(([name, content]) => [name.replace(/^\/+/, ''), content] as const)
  const fixed = ['bin', 'sbin', 'dev', 'proc', 'sys', 'tmp', 'run', 'etc/dropbear']
  const directories = new Set([...fixed, ...parents([...fixed, ...libraries.map(([name]) => name)])])
  return [
    ...Array.from(directories, (name) => directory(name)),
    directory('root', 0o700),
    directory('root/.ssh', 0o700),
    // Before /dev is mounted, the kernel opens the console for init, and init reports its start to kmsg.
    device('dev/console', 0o600, 5, 1),
    device('dev/kmsg', 0o644, 1, 11),
    device('dev/null', 0o666, 1, 3),
    file('init', ingredients.init, 0o755),
    file('bin/busybox', ingredients.busybox, 0o755),
    ...applets.map((name): CpioEntry => ({ path: `bin/${name}`, type: 'symlink', target: 'busybox' })),
    file('sbin/dropbear', ingredients.dropbear, 0o755),
    ...libraries.map(([name, content]) => file(name, content, 0o755)),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    file('etc/group', 'root:x:0:\ntty:x:5:\n'),
    file('etc/profile', ingredients.profile),
    file('etc/dropbear/host_key', ingredients.hostKey, 0o600),
    file('root/.ssh/authorized_keys', `${ingredients.userKeyLine}\n`, 0o600),
  ]
}
