// The rendering of each operation of the agent in C: a new operation without one does not compile.
import type { OperationName } from '../../../agent/wire/operations.ts'
import type { Names } from '../names.ts'
import type { Step } from '../recorded-program.ts'
import { fileRows } from './file-rows.ts'
import { guestRows } from './guest-rows.ts'
import { hostRows } from './host-rows.ts'
import { raceRows } from './race-rows.ts'
import type { NumberCheck, Row, Rows } from './rendering.ts'
import { vmRows } from './vm-rows.ts'

const renderings: Rows<OperationName> = { ...hostRows, ...guestRows, ...vmRows, ...fileRows, ...raceRows }

/** Returns the row of an operation. */
export function rowOf<Name extends OperationName>({ name }: Step<Name>): Row<Name> {
  return renderings[name]
}

/** Returns the expression for a word of the answer to an operation; undefined when C has none. */
export function factOf<Name extends OperationName>(step: Step<Name>, field: string, names: Names): string | undefined {
  const row = rowOf(step)
  if (row === 'left out' || !('facts' in row)) return undefined
  const fact = Object.entries<string | ((given: Step<Name>, all: Names) => string) | undefined>(row.facts ?? {}).find(
    ([name]) => name === field,
  )?.[1]
  return typeof fact === 'function' ? fact(step, names) : fact
}

/** Returns the checks of the bytes behind the answer to an operation; undefined when C has none. */
export function tailChecks<Name extends OperationName>(
  step: Step<Name>,
  wanted: unknown,
  names: Names,
): readonly NumberCheck[] | undefined {
  const row = rowOf(step)
  return row !== 'left out' && 'tail' in row ? row.tail?.(wanted, step, names) : undefined
}
