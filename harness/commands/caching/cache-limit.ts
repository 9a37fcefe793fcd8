// The size of the cache to which builds prune it.
import { parseSize } from '../../cache/size-text.ts'

/** The variable that sets the size. */
export const cacheSizeVariable = 'GMEMTEST_CACHE_SIZE'
/** Room for a source, its work trees, and some hundred kernels. */
export const defaultCacheSize = '20G'

/**
 * Returns the size of the cache, in bytes; undefined for no limit.
 * @throws {UsageError} OPTION_VALUE
 */
export function cacheLimit(environment: NodeJS.ProcessEnv = process.env): number | undefined {
  const given = environment[cacheSizeVariable] ?? ''
  if (given === 'off') return undefined
  return parseSize(cacheSizeVariable, given === '' ? defaultCacheSize : given)
}

/** Parses the value of --max-size. */
export function maxSize(text: string): number {
  return parseSize('--max-size', text)
}
