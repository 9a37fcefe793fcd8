// What is in the guest image: busybox, dropbear with its libraries, our init, and next to nothing else.
import path from 'node:path'
import type { CpioEntry } from './cpio.ts'

/** The content of the files that the image is made of. */
export interface Ingredients {
  readonly init: Uint8Array
  readonly busybox: Uint8Array
  readonly dropbear: Uint8Array
  /** Libraries by the path at which the loader looks for them. */
  readonly libraries: ReadonlyMap<string, Uint8Array>
  /** What /etc/profile says. */
  readonly profile: string
  /** Dropbear's private key, in its own format. */
  readonly hostKey: Uint8Array
  /** A line of authorized_keys. */
  readonly userKeyLine: string
}

/** Other applets are found by the shell itself; these are for programs that run a shell or a pager by its path. */
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

/** All directories above some files, each once. */
function parents(names: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const name of names) {
    for (let above = path.dirname(name); above !== '.'; above = path.dirname(above)) found.add(above)
  }
  return [...found]
}

/** The entries of the image; a pure function, so that the same ingredients make the same image. */
export function imageEntries(ingredients: Ingredients): CpioEntry[] {
  const libraries = [...ingredients.libraries].map(
    ([name, content]) => [name.replace(/^\/+/, ''), content] as const,
  )
  const fixed = ['bin', 'sbin', 'dev', 'proc', 'sys', 'tmp', 'run', 'etc/dropbear']
  const directories = new Set([...fixed, ...parents([...fixed, ...libraries.map(([name]) => name)])])
  return [
    ...Array.from(directories, (name) => directory(name)),
    directory('root', 0o700),
    directory('root/.ssh', 0o700),
    // Until /dev is mounted: what the kernel gives to init as its terminal, and where init says that it started.
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
