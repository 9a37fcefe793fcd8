// The kernels of mutants, one after the other: while scenarios run on one, the next one is built.
/** Builds one kernel; `isAhead` when nobody waits for it yet. */
export type Build<Mutant, Kernel> = (
  mutant: Mutant,
  options: { readonly signal: AbortSignal; readonly isAhead: boolean },
) => Promise<Kernel>

/** Disposing of it gives up what was begun and nobody has asked for. */
export class MutantKernels<Mutant, Kernel> implements AsyncDisposable {
  readonly #mutants: readonly Mutant[]
  readonly #build: Build<Mutant, Kernel>
  readonly #signal: AbortSignal
  readonly #stop = new AbortController()
  #ahead: { readonly mutant: Mutant; readonly kernel: Promise<Kernel> } | undefined

  /** The mutants in the order in which they will be asked for. */
  constructor(mutants: readonly Mutant[], build: Build<Mutant, Kernel>, signal: AbortSignal) {
    this.#mutants = mutants
    this.#build = build
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
  }

  /** @throws what the build throws */
  async of(mutant: Mutant): Promise<Kernel> {
    const kernel = await (this.#ahead?.mutant === mutant ? this.#ahead.kernel : this.#begin(mutant, false))
    const next = this.#mutants[this.#mutants.indexOf(mutant) + 1]
    this.#ahead = next === undefined ? undefined : { mutant: next, kernel: this.#begin(next, true) }
    // Whoever asks for it sees why there is none.
    this.#ahead?.kernel.catch(() => undefined)
    return kernel
  }

  #begin(mutant: Mutant, isAhead: boolean): Promise<Kernel> {
    return this.#build(mutant, { signal: this.#signal, isAhead })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('this kernel is not needed any more'))
    await this.#ahead?.kernel.catch(() => undefined)
  }
}
