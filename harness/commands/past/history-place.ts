// The place of the history.
import path from 'node:path'
import { cacheDirectory } from '../../base/paths.ts'

/**
 * Returns the file of the history: the one of --history, or else that of GMEMTEST_HISTORY, or else the one in the cache.
 * @throws {InfraError} HOME_UNKNOWN
 */
export function historyPlace(given: string | undefined): string {
  const named = process.env['GMEMTEST_HISTORY'] ?? ''
  return given ?? (named === '' ? path.join(cacheDirectory(), 'history.sqlite') : path.resolve(named))
}
