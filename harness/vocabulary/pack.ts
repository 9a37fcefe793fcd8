// Encodes arguments of ioctls that a typed operation cannot pass.

const wordSize = 8

/** Encodes a structure of 64-bit fields, in the byte order of the instance. */
export function words(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * wordSize)
  for (const [index, value] of values.entries()) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), index * wordSize)
  }
  return bytes
}
