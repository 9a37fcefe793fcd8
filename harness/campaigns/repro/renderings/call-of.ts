// An operation as a call in C, in the process that performs it.
import type { OperationName } from '../../../agent/wire/operations.ts'
import type { Children } from '../children.ts'
import type { Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import { rowOf } from './row-of.ts'

/** The parts of a program that grow with each operation. */
export interface Writing {
  readonly names: Names
  readonly children: Children
}

/** A call of C. */
export interface Rendered {
  /** A statement for the line before the call. */
  readonly before: readonly string[]
  /** The expression whose value is the end of the operation. */
  readonly call: string
}

/**
 * Renders an operation; undefined when a program needs no call for it. `refuse` throws the error for an operation that has no
 * form in C.
 */
export function callOf<Name extends OperationName>(
  step: Step<Name>,
  { names, children }: Writing,
  refuse: (what: string) => never,
): Rendered | undefined {
  const row = rowOf(step)
  if (row === 'left out') return undefined
  if ('refused' in row) return refuse(row.refused)
  names.process = step.process
  const around = names.around.get(step.process)
  if (row.call === undefined) {
    // The operation that these facts are about is over.
    if (row.facts !== undefined) names.around.delete(step.process)
    return undefined
  }
  const before = row.before?.(step, names)
  const plain = row.call(step, names)
  if (around !== undefined) names.around.delete(step.process)
  const call = around === undefined ? plain : `${around}(${plain})`
  if (step.process === 0) return { before: before === undefined ? [] : [before], call }
  return {
    before: [],
    call: children.add(step.process, before === undefined ? call : `(${before.slice(0, -1)}, ${call})`),
  }
}
