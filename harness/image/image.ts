// The guest image: an initramfs and its keys, made once and kept while its inputs stay the same.
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
import { keyOf } from '../cache/hash.ts'
import { provideEntry } from '../cache/store.ts'

/** The initramfs of an instance, and the keys for its ssh server. */
export interface GuestImage {
  /** Path of the cpio archive; uncompressed, since unpacking under emulation costs more than reading. */
  readonly initramfs: string
  /** Path of the private key that the instance accepts for root. */
  readonly userKey: string
  /** The instance's public key in wire format: the instance must prove that it has the private key. */
  readonly hostKey: Buffer
}

export interface GuestImageOptions {
  readonly cache: string
  readonly signal: AbortSignal
}

// Raise it when the recipe changes: the cache then no longer provides images of the old recipe.
const recipeVersion = '1'

const names = { initramfs: 'initramfs.cpio', userKey: 'user-key', hostKey: 'host-key.pub' } as const

function requireProgram(name: string, packageName: string): string {
  const found = findExecutable(name)
  if (found !== undefined) return found
  throw new InfraError('PROGRAM_MISSING', `${name} is not installed, and the guest image contains it`, {
    hint: `apt-get install ${packageName}`,
  })
}

/**
 * Returns the guest image, from the cache when none of its inputs has changed.
 * @throws {InfraError} PROGRAM_MISSING, BUSYBOX_DYNAMIC, COMPILER_MISSING, NO_SPACE, CACHE_NOT_WRITABLE
 * @throws {BuildError} COMPILE_FAILED, LIBRARIES_UNKNOWN
 */
export async function provideGuestImage(options: GuestImageOptions): Promise<GuestImage> {
  const { signal } = options
  const root = path.join(options.cache, 'guest')
  const busybox = requireProgram('busybox', 'busybox-static')
  // Debian's other busybox package needs libraries that the image lacks.
  if (!isStaticProgram(busybox)) {
    throw new InfraError('BUSYBOX_DYNAMIC', `${busybox} is not a static program, and the instance has no libraries`, {
      hint: 'apt-get install busybox-static',
    })
  }
  const dropbear = requireProgram('dropbear', 'dropbear-bin')
  const [profile, init, libraries] = await Promise.all([
    readFile(inProject('guest-images/minimal/profile'), 'utf8'),
    compileProgram({
      root: path.join(root, 'init'),
      sources: inProject('guest-images/minimal'),
      program: 'init',
      signal,
    }),
    sharedLibraries(dropbear, { root: path.join(root, 'libraries'), signal }),
  ])
  const shelf = { root: path.join(root, 'images'), readsAll: true, mostKept: 16 }
  // The profile counts by its content: its path differs from checkout to checkout.
  const parts = [init, busybox, dropbear, ...libraries].map(fileIdentity)
  const key = keyOf([recipeVersion, ...libraries, ...parts, profile])
  const directory = await provideEntry(shelf, key, async (aside) => {
    const host = makeSshKeyPair()
    const user = makeSshKeyPair()
    const contents = libraries.map(async (library) => [library, await readFile(library)] as const)
    const entries = imageEntries({
      init: await readFile(init),
      busybox: await readFile(busybox),
      dropbear: await readFile(dropbear),
      libraries: new Map(await Promise.all(contents)),
      profile,
      hostKey: host.dropbear,
      userKeyLine: user.publicLine,
    })
    // The archive contains the instance's private key, which is as secret as the user's.
    await writeFile(path.join(aside, names.initramfs), cpioArchive(entries), { mode: 0o600 })
    await writeFile(path.join(aside, names.userKey), user.openssh, { mode: 0o600 })
    await writeFile(path.join(aside, names.hostKey), host.publicKey, { mode: 0o600 })
  })
  return {
    initramfs: path.join(directory, names.initramfs),
    userKey: path.join(directory, names.userKey),
    hostKey: await readFile(path.join(directory, names.hostKey)),
  }
}
