// Sizes as people write them: 20G, 1.5 GiB.
import { UsageError } from '../base/errors.ts'

const units: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }

/**
 * Reads a size in bytes: a number and one of K, M, G and T, which are powers of 1024.
 * @throws {UsageError} OPTION_VALUE, naming `what` the size is of
 */
export function parseSize(what: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([KMGT])$/i.exec(text) ?? []
  const size = Number(digits) * (units[unit.toUpperCase()] ?? 0)
  if (digits !== '' && size >= 0) return size
  throw new UsageError('OPTION_VALUE', `${what} must be a size such as 500M or 20G, got '${text}'`, {
    hint: `for example: ${what} 20G`,
  })
}

/** Returns a size as text: `58.2 MiB`. */
export function sizeText(bytes: number): string {
  const gibibytes = bytes / 2 ** 30
  return gibibytes < 0.1 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${gibibytes.toFixed(1)} GiB`
}
