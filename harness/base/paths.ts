// The paths of the project and of its cache.
import { userInfo } from 'node:os'
import path from 'node:path'
import { InfraError } from './errors.ts'

/** The ending of the modules that run: an npm package has them compiled, in dist/. */
export const moduleEnding: string = path.extname(import.meta.filename)
/** The modules that run are those of an npm package, and not those of a checkout. */
export const isPackage: boolean = moduleEnding === '.js'
/** The top level of the checkout or of the npm package. */
export const projectRoot: string = path.resolve(import.meta.dirname, isPackage ? '../../..' : '../..')

/** Returns a path inside the checkout or the npm package. */
export function inProject(...parts: readonly string[]): string {
  return path.join(projectRoot, ...parts)
}

/**
 * Returns the file that Node can load for a module: below node_modules Node strips no types, so the TypeScript of an npm
 * package has a compiled form in dist/.
 */
export function loadable(file: string): string {
  if (!isPackage || !isOfProject(file)) return file
  return inProject('dist', path.relative(projectRoot, file)).replace(/\.ts$/, moduleEnding)
}

/** Returns whether a file belongs to the checkout or the npm package of gmemtest. */
export function isOfProject(file: string): boolean {
  return file.startsWith(`${projectRoot}${path.sep}`)
}

/** Returns whether a file is a module of the harness. A stack names the source of a module or, without its map, the compiled one. */
export function isOfHarness(file: string): boolean {
  return file.startsWith(inProject('harness/')) || file.startsWith(inProject('dist/harness/'))
}

/** Returns the path of a file for messages: relative inside the checkout, otherwise as it is. */
export function shownPath(file: string): string {
  const inside = path.relative(projectRoot, file)
  return inside.startsWith('..') ? file : inside
}

/** Returns the path of a file for a user who copies it: relative inside the checkout when that is the current directory. */
export function copiablePath(file: string): string {
  return isInCheckout() ? shownPath(file) : file
}

/** Returns the word that calls gmemtest from the current directory. */
export function launcher(): string {
  return isInCheckout() ? './gmemtest' : inProject('gmemtest')
}

function isInCheckout(): boolean {
  try {
    return process.cwd() === projectRoot
  } catch {
    // The current directory is gone.
    return false
  }
}

/**
 * Returns the cache directory: its files can be made again (kernel sources, builds, guest images).
 * Follows the XDG Base Directory specification: a relative XDG_CACHE_HOME is ignored, and so is a relative or empty HOME.
 * @throws {InfraError} HOME_UNKNOWN when neither the environment nor the user database names a home directory
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = absolute(environment['XDG_CACHE_HOME']) ?? path.join(homeDirectory(environment), '.cache')
  return path.join(base, 'gmemtest')
}

/**
 * Returns the home directory of the user.
 * @throws {InfraError} HOME_UNKNOWN
 */
export function homeDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = absolute(environment['HOME']) ?? absolute(homeInDatabase())
  if (home !== undefined) return home
  const written = environment['HOME'] === undefined ? 'HOME is not set' : `HOME is '${environment['HOME']}'`
  throw new InfraError(
    'HOME_UNKNOWN',
    `this user has no home directory: ${written}, and there is none in /etc/passwd`,
    {
      hint: 'set HOME or XDG_CACHE_HOME to the absolute path of a directory that you can write to',
    },
  )
}

function absolute(directory: string | undefined): string | undefined {
  return directory !== undefined && path.isAbsolute(directory) ? directory : undefined
}

function homeInDatabase(): string | undefined {
  try {
    return userInfo().homedir
  } catch {
    // Containers run as users without an entry.
    return undefined
  }
}
