// The requirements of every verb that builds or boots: a working directory, a cache and a place for temporary files.
import { access, constants, mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError, messageOf } from '../base/errors.ts'
import { noSpaceLeft, isDiskFull } from '../base/free-space.ts'
import { makeDirectories } from '../base/make-directories.ts'
import { cacheDirectory } from '../base/paths.ts'
import { systemError } from '../base/system-error.ts'

/** Open files of a verb: its modules and patches are read at once, and each instance has a dozen descriptors. */
const neededFiles = 256

/**
 * Makes sure that this process can work at all, so that a verb does not fail in the middle with an error of a file.
 * @throws {InfraError} DIRECTORY_GONE, HOME_UNKNOWN, CACHE_NOT_WRITABLE, TMPDIR_NOT_WRITABLE, TOO_FEW_FILES, NO_SPACE
 */
export async function requireEnvironment(): Promise<void> {
  requireWorkingDirectory()
  requireFiles(await readFile('/proc/self/limits', 'utf8').catch(() => ''))
  await requireCache()
  await requireTemporary()
}

function requireWorkingDirectory(): void {
  try {
    process.cwd()
  } catch (error) {
    throw systemError(error) ?? error
  }
}

/** @throws {InfraError} TOO_FEW_FILES by the text of /proc/PID/limits */
export function requireFiles(limits: string): void {
  const soft = /^Max open files +(\d+)/m.exec(limits)?.[1]
  if (soft === undefined || Number(soft) >= neededFiles) return
  throw new InfraError('TOO_FEW_FILES', `gmemtest may have ${soft} open files, and needs ${neededFiles}`, {
    hint: `raise the limit: ulimit -n ${neededFiles}`,
  })
}

async function requireCache(): Promise<void> {
  const cache = cacheDirectory()
  const origin = originOfCache(process.env)
  try {
    await makeDirectories(cache, 0o700)
    await access(cache, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    const elsewhere = 'set XDG_CACHE_HOME to a directory that you can write to'
    if (isDiskFull(cause)) throw noSpaceLeft(cache, elsewhere, cause)
    throw new InfraError('CACHE_NOT_WRITABLE', `cannot write to the cache ${cache} (${origin}): ${messageOf(cause)}`, {
      cause,
      hint: elsewhere,
    })
  }
}

/** Returns the variable that decides where the cache is, with its value. */
function originOfCache({ XDG_CACHE_HOME: base, HOME }: NodeJS.ProcessEnv): string {
  if (base !== undefined && path.isAbsolute(base)) return `XDG_CACHE_HOME is '${base}'`
  if (HOME === undefined) return 'HOME is not set'
  return path.isAbsolute(HOME) ? `HOME is '${HOME}'` : `HOME is '${HOME}', and counts as not set`
}

async function requireTemporary(): Promise<void> {
  const directory = tmpdir()
  const variable = ['TMPDIR', 'TMP', 'TEMP'].find((name) => (process.env[name] ?? '') !== '')
  const refused = (reason: string, cause?: unknown): InfraError =>
    new InfraError('TMPDIR_NOT_WRITABLE', `cannot write temporary files to '${directory}': ${reason}`, {
      cause,
      hint:
        variable === undefined
          ? 'set TMPDIR to a directory that you can write to'
          : `unset ${variable}, or set it to the absolute path of a directory that you can write to`,
    })
  if (!path.isAbsolute(directory)) throw refused('it is not an absolute path')
  try {
    // access(2) lets root write to /proc.
    await using made = await mkdtempDisposable(path.join(directory, 'gmemtest-'))
    void made
  } catch (cause) {
    throw isDiskFull(cause)
      ? noSpaceLeft(directory, 'TMPDIR chooses another place', cause)
      : refused(messageOf(cause), cause)
  }
}
