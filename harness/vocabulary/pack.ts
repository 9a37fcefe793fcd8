// Arguments of ioctls as bytes, for rules about arguments that a typed operation cannot pass.

const wordSize = 8

/** The bytes of a structure that is made of 64-bit fields, in the order of the guest's processor. */
export function words(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * wordSize)
  for (const [index, value] of values.entries()) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), index * wordSize)
  }
  return bytes
}
