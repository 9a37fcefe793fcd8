// How an operation becomes C: the type of a row of the table.
import type { OperationName } from '../../../agent/wire/operations.ts'
import type { Names } from '../names.ts'
import type { AnswerWords, Step } from '../recorded-program.ts'

/** An expression, and the number that it must have. */
export type NumberCheck = readonly [expression: string, wanted: bigint]

/** The rendering of an operation. */
interface Rendering<Name extends OperationName> {
  /** Returns the expression whose value is the end of the operation; missing where the answer has only facts about others. */
  readonly call?: (step: Step<Name>, names: Names) => string
  /** A statement for the line before the call. */
  readonly before?: (step: Step<Name>, names: Names) => string | undefined
  /** Expressions for the words of the answer, after the call. */
  readonly facts?: {
    readonly [Field in keyof AnswerWords<Name>]?: string | ((step: Step<Name>, names: Names) => string)
  }
  /** The checks of the bytes behind the answer, when a program of fuzz wants this of them; undefined when C cannot check it. */
  readonly tail?: (wanted: unknown, step: Step<Name>, names: Names) => readonly NumberCheck[] | undefined
  /** The program cannot go on without an object that the operation makes. */
  readonly makes?: true
  /** The operation only looks: it is left out unless a check needs it. */
  readonly isQuiet?: true
}

/** The row of an operation: its rendering, or what a program cannot do, which the message names. */
export type Row<Name extends OperationName> = Rendering<Name> | { readonly refused: string } | 'left out'

/** The rows of some operations. */
export type Rows<Some extends OperationName> = { readonly [Name in Some]: Row<Name> }
