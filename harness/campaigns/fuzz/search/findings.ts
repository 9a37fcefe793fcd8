// The findings of a campaign: equal fingerprints are one finding.
import type { Difference } from '../program/model-difference.ts'
import type { Program } from '../program/fuzz-program.ts'

/** A program on which the kernel does not do what the model does. */
export interface Finding {
  readonly fingerprint: string
  readonly message: string
  /** Missing for a splat, a hang or a leak. */
  readonly difference?: Difference
  /** The smallest program that shows it. */
  readonly program: Program
  /** The seed of the sequences, and the number of the first one that showed it. */
  readonly seed: number
  readonly path: number
  /** The number of steps before the program was shrunk. */
  readonly before: number
  /** It showed again in a new nested VM, or in a restored instance. */
  readonly isConfirmed: boolean
}

/** A finding that has a file. */
export interface SavedFinding extends Finding {
  readonly file: string
}

export class Findings {
  readonly #save: (finding: Finding, number: number) => Promise<string>
  readonly #claimed = new Map<string, string>()
  readonly #byTest = new Map<string, SavedFinding>()

  /** `save` writes the program to a file and returns its path. */
  constructor(save: (finding: Finding, number: number) => Promise<string>) {
    this.#save = save
  }

  get all(): readonly SavedFinding[] {
    return [...this.#byTest.values()]
  }

  /** Returns the test that has this finding already. */
  ownerOf(fingerprint: string): string | undefined {
    return this.#claimed.get(fingerprint)
  }

  /** Gives a finding to a test. Returns false when another test has it. */
  claim(fingerprint: string, test: string): boolean {
    const owner = this.#claimed.get(fingerprint) ?? test
    this.#claimed.set(fingerprint, owner)
    return owner === test
  }

  /** Writes the finding of a test. */
  async add(test: string, finding: Finding): Promise<SavedFinding> {
    const file = await this.#save(finding, this.#byTest.size + 1)
    const saved = { ...finding, file }
    this.#byTest.set(test, saved)
    return saved
  }

  /** Returns the finding of a test. */
  of(test: string): SavedFinding | undefined {
    return this.#byTest.get(test)
  }
}
