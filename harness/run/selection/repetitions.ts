// Runs each test several times (--repeat): every repetition is a test of its own, with a name of its own.
import type { Test } from '../test.ts'

/** The repetitions of the tests of a suite, by their names: `NAME@1`, `NAME@2`. */
export class Repetitions {
  readonly #tests: ReadonlyMap<string, string>

  /**
   * Repeats the tests of these names. All tests run once before one of them runs again, so that a run which ends early knows
   * as much about each. A test that runs once keeps its name.
   */
  constructor(names: readonly string[], times: number) {
    const rounds = Array.from({ length: times }, (_, round) => `@${round + 1}`)
    const suffixes = times === 1 ? [''] : rounds
    this.#tests = new Map(suffixes.flatMap((suffix) => names.map((name) => [`${name}${suffix}`, name] as const)))
  }

  /** The names of all repetitions, in their order. */
  get names(): string[] {
    return [...this.#tests.keys()]
  }

  /** Returns the name of the test that a repetition is of. */
  testOf(name: string): string {
    return this.#tests.get(name) ?? name
  }

  /** Returns the repetitions of tests, in their order. */
  of(tests: readonly Test[]): Test[] {
    const known = new Map(tests.map((test) => [test.name, test]))
    return [...this.#tests].flatMap(([name, repeats]) => {
      const test = known.get(repeats)
      return test === undefined ? [] : [name === repeats ? test : { ...test, name, repeats }]
    })
  }

  /** Returns the known durations of tests as those of their repetitions. */
  durations(known: ReadonlyMap<string, number>): Map<string, number> {
    return new Map(
      [...this.#tests].flatMap(([name, repeats]) => {
        const duration = known.get(repeats)
        return duration === undefined ? [] : [[name, duration] as const]
      }),
    )
  }
}
