// The random order of conversions, as the agent makes it from a seed (guest-images/agent/convert_many.c).

const mask = (1n << 64n) - 1n

/** Returns the numbers below `count` in the order of this seed. */
export function shuffled(count: number, seed: bigint): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  let state = seed
  for (let index = count - 1; index > 0; index -= 1) {
    // Knuth's linear congruential generator, its upper half.
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & mask
    const other = Number((state >> 32n) % BigInt(index + 1))
    const kept = order[index] ?? 0
    order[index] = order[other] ?? 0
    order[other] = kept
  }
  return order
}
