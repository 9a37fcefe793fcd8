// Reads what statistics of KVM answer.

/** Returns the first 64-bit word; 0 for a statistic that the kernel does not have. */
export function firstWord(tail: Buffer): number {
  return tail.length < 8 ? 0 : Number(tail.readBigUInt64LE(0))
}
