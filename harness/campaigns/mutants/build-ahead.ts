// Builds the kernels of mutants ahead of time: the next one while scenarios run on the current one.

/** Builds one kernel; `isAhead` when no trial waits for it yet. */
export type Build<Mutant, Kernel> = (
  mutant: Mutant,
  options: { readonly signal: AbortSignal; readonly isAhead: boolean },
) => Promise<Kernel>

/** The kernels in their order. Disposal cancels a build that no trial has asked for. */
export class MutantKernels<Mutant, Kernel> implements AsyncDisposable {
  readonly #mutants: readonly Mutant[]
  readonly #build: Build<Mutant, Kernel>
  readonly #signal: AbortSignal
  readonly #stop = new AbortController()
  #ahead: { readonly mutant: Mutant; readonly kernel: Promise<Kernel> } | undefined

  /** `mutants` is in the order of the trials. */
  constructor(mutants: readonly Mutant[], build: Build<Mutant, Kernel>, signal: AbortSignal) {
    this.#mutants = mutants
    this.#build = build
    this.#signal = AbortSignal.any([signal, this.#stop.signal])
  }

  /**
   * Returns the kernel of a mutant, and begins to build the next one.
   * @throws the errors of the build
   */
  async of(mutant: Mutant): Promise<Kernel> {
    const kernel = await (this.#ahead?.mutant === mutant ? this.#ahead.kernel : this.#begin(mutant, false))
    const next = this.#mutants[this.#mutants.indexOf(mutant) + 1]
    this.#ahead = next === undefined ? undefined : { mutant: next, kernel: this.#begin(next, true) }
    // The next call reports the failure.
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
