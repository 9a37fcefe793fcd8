// The guest image: an initramfs and the keys that go with it, made once and kept as long as its inputs stay the same.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import { fileIdentity, findExecutable, isStaticProgram } from '../process/executable.ts'
import { compileProgram } from './static-compiler.ts'
import { cpioArchive } from './cpio.ts'
import { makeSshKeyPair } from './keys.ts'
import { sharedLibraries } from './libraries.ts'
import { imageEntries } from './recipe.ts'
import { provideEntry } from '../cache/cache-entry.ts'

/** What a guest boots into, and how to get into it. */
export interface GuestImage {
  /** Path of the cpio archive; uncompressed, since unpacking under emulation costs more than reading. */
  readonly initramfs: string
  /** Path of the private key that the guest lets in as root. */
  readonly userKey: string
  /** The guest's public key in wire format: the guest must prove that it has the other half. */
  readonly hostKey: Buffer
}

export interface GuestImageOptions {
  readonly cache: string
  readonly signal: AbortSignal
}

// To be raised when the recipe changes: an image of the old one is then not taken from the cache.
const recipeVersion = '1'

const names = { initramfs: 'initramfs.cpio', userKey: 'user-key', hostKey: 'host-key.pub' } as const

function requireProgram(name: string, packageName: string): string {
  const found = findExecutable(name)
  if (found !== undefined) return found
  throw new InfraError('PROGRAM_MISSING', `${name} is not installed: the guest image is made of it`, {
    hint: `apt-get install ${packageName}`,
  })
}

/** Debian has two busybox packages; the other one needs libraries that the image does not have. */
function requireBusybox(): string {
  const file = requireProgram('busybox', 'busybox-static')
  if (isStaticProgram(file)) return file
  throw new InfraError('BUSYBOX_DYNAMIC', `${file} is not a static program, and the guest has no libraries`, {
    hint: 'apt-get install busybox-static',
  })
}

/**
 * The guest image, from the cache when nothing that it is made of has changed.
 * @throws {InfraError} PROGRAM_MISSING, BUSYBOX_DYNAMIC, COMPILER_MISSING, NO_SPACE, CACHE_NOT_WRITABLE
 * @throws {BuildError} COMPILE_FAILED, LIBRARIES_UNKNOWN
 */
export async function provideGuestImage(options: GuestImageOptions): Promise<GuestImage> {
  const { signal } = options
  const root = path.join(options.cache, 'guest')
  const busybox = requireBusybox()
  const dropbear = requireProgram('dropbear', 'dropbear-bin')
  const profile = inProject('guest-images/minimal/profile')
  const [init, libraries] = await Promise.all([
    compileProgram({
      root: path.join(root, 'init'),
      sources: inProject('guest-images/minimal'),
      program: 'init',
      signal,
    }),
    sharedLibraries(dropbear, { root: path.join(root, 'libraries'), signal }),
  ])
  const parts = [init, busybox, dropbear, profile, ...libraries]
  const directory = await provideEntry({
    root: path.join(root, 'images'),
    inputs: [recipeVersion, ...libraries, ...parts.map(fileIdentity)],
    async make(aside) {
      const host = makeSshKeyPair()
      const user = makeSshKeyPair()
      const contents = await Promise.all(libraries.map((library) => readFile(library)))
      const archive = cpioArchive(
        imageEntries({
          init: await readFile(init),
          busybox: await readFile(busybox),
          dropbear: await readFile(dropbear),
          libraries: new Map(
            libraries.map((library, index) => [library, contents[index] ?? Buffer.alloc(0)]),
          ),
          profile: await readFile(profile, 'utf8'),
          hostKey: host.dropbear,
          userKeyLine: user.publicLine,
        }),
      )
      // The archive holds the guest's private key: it is as secret as the other one.
      await writeFile(path.join(aside, names.initramfs), archive, { mode: 0o600 })
      await writeFile(path.join(aside, names.userKey), user.openssh, { mode: 0o600 })
      await writeFile(path.join(aside, names.hostKey), host.publicKey, { mode: 0o600 })
    },
  })
  return {
    initramfs: path.join(directory, names.initramfs),
    userKey: path.join(directory, names.userKey),
    hostKey: await readFile(path.join(directory, names.hostKey)),
  }
}
