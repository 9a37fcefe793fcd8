// A difference between the kernel and the model: the answer that was wanted, and the one that was found.
import { decodeRuns } from '../../../agent/access.ts'
import type { ErrnoName } from '../../../agent/errno.ts'
import type { Reply } from '../../../agent/wire/call.ts'
import type { Made } from '../../../agent/wire/codec.ts'
import type { Answer, OperationName } from '../../../agent/wire/operations.ts'
import type { Run } from '../../../model/reference-model.ts'

/** What may depend on the end of an earlier operation. */
interface Branch {
  /** One of these; OK if not given. */
  readonly errno?: readonly ErrnoName[]
  /** The pages that a scan finds, with indices of the file, and the first page of the scan. */
  readonly runs?: { readonly first: number; readonly wanted: readonly Run<unknown>[] }
}

/** The end of an operation by the model. Fields of the answer that are not listed do not matter. */
export interface Expected<Name extends OperationName> extends Branch {
  readonly fields?: Partial<Answer<Name>>
  /** Checks of the bytes behind the answer. */
  readonly tail?: { readonly field: string; readonly wanted: unknown; readonly read: (tail: Buffer) => unknown }
  /** The least and the most of a word of the answer, when the operation has failed. */
  readonly failure?: { readonly field: string; readonly from: number; readonly to: number }
  /** More that must hold, by whether an earlier operation succeeded that may fail. */
  readonly after?: { readonly call: Made; readonly succeeded: Branch; readonly failed: Branch }
}

/** The first part of an answer that is not as the model has it. */
export interface Difference {
  /** The step, for people: `step 3, convert pages 0..3 to private`. */
  readonly where: string
  /** The name of the step, for the fingerprint. */
  readonly step: string
  readonly field: string
  readonly wanted: unknown
  readonly found: unknown
  /** The operation with its answer. */
  readonly line: string
}

type Found = Pick<Difference, 'field' | 'wanted' | 'found'>

/** Compares an answer with the model. `endOf` returns the errno of an earlier operation of the plan. */
export function differenceIn<Name extends OperationName>(
  reply: Reply<Name>,
  { after, ...expected }: Expected<Name>,
  endOf: (call: number) => ErrnoName | undefined,
): Found | undefined {
  const branch = after === undefined ? {} : endOf(after.call.madeByCall) === 'OK' ? after.succeeded : after.failed
  const { errno = ['OK'], fields = {}, runs, tail, failure }: Expected<Name> = { ...expected, ...branch }
  if (!errno.includes(reply.errno)) return { field: 'errno', wanted: errno.join(' or '), found: reply.errno }
  for (const [field, wanted] of Object.entries(fields)) {
    const found: unknown = Reflect.get(reply, field)
    if (found !== wanted) return { field, wanted, found }
  }
  if (tail !== undefined) {
    const found = tail.read(reply.tail)
    if (found !== tail.wanted) return { field: tail.field, wanted: tail.wanted, found }
  }
  if (failure !== undefined && reply.errno !== 'OK') {
    const { field, from, to } = failure
    const found: unknown = Reflect.get(reply, field)
    if (Number(found) < from || Number(found) > to) return { field, wanted: `${from} to ${to}`, found }
  }
  if (runs === undefined) return undefined
  const count: unknown = Reflect.get(reply, 'runs')
  const looks = decodeRuns(reply.tail, Number(count)).map((run) => ({ ...run, first: run.first + runs.first }))
  const { wanted } = runs
  const at = looks.findIndex((run, index) => !isSame(run, wanted[index]))
  if (at === -1 && looks.length === wanted.length) return undefined
  return { field: 'pages', wanted, found: looks }
}

function isSame(run: Run<unknown>, other: Run<unknown> | undefined): boolean {
  return run.first === other?.first && run.count === other.count && run.value === other.value
}

/**
 * Returns a text that is the same for the same kind of difference, wherever it shows: the step, the field, and the kinds of
 * both values.
 */
export function fingerprintOf({ step, field, wanted, found }: Difference): string {
  const [left, right] = isRuns(wanted) && isRuns(found) ? firstUnequal(wanted, found) : [wanted, found]
  return `${step}: ${field}: wanted ${kindOf(left)}, found ${kindOf(right)}`
}

function isRuns(value: unknown): value is readonly Run<unknown>[] {
  return Array.isArray(value)
}

/** Returns both values of the first page that differs. */
function firstUnequal(wanted: readonly Run<unknown>[], found: readonly Run<unknown>[]): [unknown, unknown] {
  for (const run of found) {
    const other = wanted.find(({ first, count, value }) => {
      const overlaps = first < run.first + run.count && run.first < first + count
      return overlaps && value !== run.value
    })
    if (other !== undefined) return [other.value, run.value]
  }
  return ['all pages', 'other pages']
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined) return 'nothing'
  return Number(value) === 0 ? '0' : 'a number'
}
