// The path of the cache, which make, the shells of kbuild and its tools get as a part of their arguments.
import { realpath } from 'node:fs/promises'
import { InfraError } from '../base/errors.ts'
import { makePrivate } from '../cache/atomic-file.ts'
import { cacheError } from '../cache/space.ts'

/** Any other character than letters, digits and the punctuation that neither make nor a shell nor sed treats specially. */
const special = /[^\p{L}\p{M}\p{N}/._+@-]/u

/**
 * Makes sure that kernels can be built below the cache, before a long stage begins; a link to another path is followed, as
 * make does it. Only the cache matters: trees, definitions and checkouts may have any path, because builds use a copy.
 * @throws {InfraError} CACHE_PATH, CACHE_NOT_WRITABLE, NO_SPACE
 */
export async function requireBuildPath(cache: string): Promise<void> {
  let real: string
  try {
    await makePrivate(cache)
    real = await realpath(cache)
  } catch (error) {
    throw cacheError(error, cache)
  }
  const [found] = special.exec(real) ?? []
  if (found === undefined) return
  throw new InfraError('CACHE_PATH', `no kernel can be built below ${JSON.stringify(real)}: it has ${nameOf(found)}`, {
    hint:
      'set XDG_CACHE_HOME to a directory whose path has only letters, digits and ._+@-, for example ' +
      'export XDG_CACHE_HOME=/var/tmp/$(id -un)-cache',
  })
}

function nameOf(character: string): string {
  const names: Readonly<Record<string, string>> = {
    ' ': 'a blank',
    '\t': 'a tab',
    '\n': 'a line break',
    '\u{FFFD}': 'bytes that are not UTF-8',
  }
  return names[character] ?? `the character ${JSON.stringify(character).slice(1, -1)}`
}
