// The operations of forked children in C: a function for each child, which does the operation of a number.
import { handleKinds } from '../../agent/wire/fields.ts'
import { functionOf } from './c-file.ts'
import type { Names } from './names.ts'

/** Collects the operations of children, in their order. */
export class Children {
  readonly #byName = new Map<string, string[]>()
  readonly #names: Names

  constructor(names: Names) {
    this.#names = names
  }

  /** Adds an operation of a child. Returns the expression by which the parent lets the child do it. */
  add(process: number, call: string): string {
    this.#names.process = 0
    const { name } = this.#names.of((BigInt(handleKinds.indexOf('child')) << 32n) | BigInt(process))
    const calls = this.#byName.get(name) ?? []
    this.#byName.set(name, [...calls, call])
    return `child_does(&${name}, ${calls.length})`
  }

  /** The functions of children that were forked; one that does nothing has one as well. */
  get functions(): readonly string[] {
    return this.#names.children.flatMap((name) => ['', ...workOf(name, this.#byName.get(name) ?? [])])
  }
}

function workOf(name: string, calls: readonly string[]): string[] {
  const cases = calls.flatMap((call, index) => [`case ${index}:`, `\treturn DO(${call});`])
  return functionOf(`static int ${name}_work(int number)`, ['switch (number) {', ...cases, '}', 'return EINVAL;'])
}
