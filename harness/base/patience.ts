// How long to wait for an instance: one object scales every deadline of a run.

/**
 * Durations are written for hardware virtualisation and a kernel without debug options. Emulation and slow kernels take
 * a multiple of them.
 */
export class Patience {
  readonly factor: number

  constructor(factor: number) {
    this.factor = factor
  }

  /** Returns how many milliseconds to wait for what takes `milliseconds` at factor 1, and at least `least`. */
  for(milliseconds: number, least = 0): number {
    return Math.max(least, Math.round(milliseconds * this.factor))
  }

  /** Returns the patience with a kernel that is `slowdown` times slower. */
  times(slowdown: number): Patience {
    return new Patience(this.factor * slowdown)
  }
}
