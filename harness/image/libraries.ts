// Finds the shared libraries of a program, as the dynamic loader of this computer resolves them.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../base/errors.ts'
import { fileIdentity } from '../process/executable.ts'
import { withCleanEnvironment } from '../process/environment.ts'
import { run } from '../process/run-program.ts'
import { keyOf } from '../cache/hash.ts'
import { provideEntry } from '../cache/store.ts'

const lddMilliseconds = 20_000
const loaderCache = '/etc/ld.so.cache'

/** Returns the paths in the output of ldd(1): libraries and the loader itself, without the kernel's own object. */
export function parseLdd(output: string): string[] {
  return output.split('\n').flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? [])
}

/**
 * Returns the paths of the shared libraries of `program`, from the cache unless the program or the loader's cache changed.
 * @throws {BuildError} LIBRARIES_UNKNOWN when ldd fails or a library is not found
 */
export async function sharedLibraries(
  program: string,
  options: { readonly root: string; readonly signal: AbortSignal },
): Promise<string[]> {
  const listName = 'libraries'
  const shelf = { root: options.root, readsAll: true, mostKept: 16 }
  const inputs = [program, loaderCache].filter((file) => existsSync(file))
  const key = keyOf({ program, files: inputs.map(fileIdentity) })
  const directory = await provideEntry(shelf, key, async (aside) => {
    // LD_LIBRARY_PATH and LD_PRELOAD would put other libraries into the image.
    const [file, wrapped] = withCleanEnvironment('ldd', [program])
    const result = await run(file, wrapped, { signal: options.signal, timeout: lddMilliseconds })
    const missing = result.stdout.split('\n').filter((line) => line.includes('not found'))
    if (result.exitCode !== 0 || missing.length > 0) {
      throw new BuildError('LIBRARIES_UNKNOWN', `cannot find the libraries of ${program}`, {
        tail: [...missing, result.stderr],
      })
    }
    await writeFile(path.join(aside, listName), parseLdd(result.stdout).join('\n'))
  })
  return (await readFile(path.join(directory, listName), 'utf8')).split('\n').filter((line) => line !== '')
}
