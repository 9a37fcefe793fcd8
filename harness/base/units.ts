// Types of numbers that the compiler keeps apart: a page index, a length in bytes.

declare const brand: unique symbol
type Branded<Name extends string> = number & { readonly [brand]: Name }

/** A length or an offset in bytes. */
export type Bytes = Branded<'Bytes'>
/** The index of a 4 KiB page within a guest_memfd. */
export type PageIndex = Branded<'PageIndex'>

function isNatural<Name extends string>(value: number): value is Branded<Name> {
  return Number.isSafeInteger(value) && value >= 0
}

function natural<Name extends string>(value: number, what: string): Branded<Name> {
  if (isNatural<Name>(value)) return value
  throw new RangeError(`${what} must be a natural number below 2^53, got ${value}`)
}

/** @throws {RangeError} unless `value` is a natural number */
export function bytes(value: number): Bytes {
  return natural<'Bytes'>(value, 'a number of bytes')
}

/** @throws {RangeError} unless `value` is a natural number */
export function pageIndex(value: number): PageIndex {
  return natural<'PageIndex'>(value, 'a page index')
}

/** Returns a number that fits into a byte. @throws {RangeError} for any other value */
export function byte(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value
  throw new RangeError(`a byte must be a whole number from 0 to 255, got ${String(value)}`)
}

/** The size of a base page on x86-64: the granularity of conversion. */
export const pageSize: Bytes = bytes(4096)

/** Returns the length of `count` 4 KiB pages in bytes, which is also the offset of page `count`. */
export function pages(count: number): Bytes {
  return bytes(natural(count, 'a number of pages') * pageSize)
}
