// The paths of the project and of its cache.
import { homedir } from 'node:os'
import path from 'node:path'

/** The top level of the checkout. */
export const projectRoot: string = path.resolve(import.meta.dirname, '../..')

/** Returns a path inside the checkout. */
export function inProject(...parts: readonly string[]): string {
  return path.join(projectRoot, ...parts)
}

/** Returns the path of a file for messages: relative inside the checkout, otherwise as it is. */
export function shownPath(file: string): string {
  const inside = path.relative(projectRoot, file)
  return inside.startsWith('..') ? file : inside
}

/**
 * Returns the cache directory: its files can be made again (kernel sources, builds, guest images).
 * Follows the XDG Base Directory specification: a relative XDG_CACHE_HOME is ignored.
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_CACHE_HOME']
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(homedir(), '.cache'), 'gmemtest')
}
