// The operations of a program of `gmemtest fuzz`, with the ends that the reference model gives to them.
import { operations, type OperationName } from '../../../agent/wire/operations.ts'
import { encodeFields } from '../../../agent/wire/codec.ts'
import { bits, type Fields } from '../../../agent/wire/fields.ts'
import { errnoNumber } from '../../../agent/errno.ts'
import { UsageError } from '../../../base/errors.ts'
import { vmTypes } from '../../../uapi/constants.ts'
import type { Dialect } from '../../../uapi/dialect.ts'
import { planOf, type Program } from '../../fuzz/program/fuzz-program.ts'
import type { Expected } from '../../fuzz/program/model-difference.ts'
import type { PlannedOperation } from '../../fuzz/program/plan.ts'
import { endNamed, outcomeOf } from '../ends.ts'
import { handleOf, objectOf, processOf, requestOf, wordsBy } from '../inner-calls.ts'
import { typedStep, type Step } from '../recorded-program.ts'

/** An operation of a program, and all that the model says about its answer. */
export interface Modelled {
  /** The step of the program, in words. */
  readonly where: string
  /** The end in `step` is the one that the model wants. */
  readonly step: Step
  /** The constants of C for the ends that the operation may have; none for what only prepares the program. */
  readonly ends: readonly string[]
  readonly words: readonly { readonly field: string; readonly wanted: bigint }[]
  /** The pages that it must find, counted from the start of the look. */
  readonly runs: readonly { readonly first: number; readonly count: number; readonly value: unknown }[]
  /** The number that must be in the bytes behind the answer. */
  readonly tail: unknown
  /** The least and the most of a word, when the operation has failed. */
  readonly failure?: { readonly field: string; readonly from: number; readonly to: number }
  /** The operation may fail, and later ones depend on its end. */
  readonly isTry?: true
  /** The ends, and the pages, when the last try succeeded and when it failed. */
  readonly after?: { readonly succeeded: Branch; readonly failed: Branch }
}

interface Branch {
  readonly ends: readonly string[]
  readonly runs: Modelled['runs']
}

/** The objects that all programs of a campaign share: the agent has made them before. */
const shared = { vm: handleOf('vm', 1), vcpu: handleOf('vcpu', 2) } as const
/** The handles of other objects follow. */
const firstHandle = 3

/**
 * Plans a program for a kernel of a dialect. The first operations make the nested VM and its vCPU.
 * @throws {UsageError} STEP_IMPOSSIBLE, REPRO_REFUSED for an operation with an end that C has no name for
 */
export function modelled(program: Program, dialect: Dialect): readonly Modelled[] {
  const { vm, vcpu } = shared
  const subject = {
    dialect,
    available: new Set(program.steps.flatMap(({ needs }) => needs ?? [])),
    timeout: 0,
    vm: operations.vmCreate.answer.vm.decode(vm),
    vcpu: operations.vcpuCreate.answer.vcpu.decode(vcpu),
  }
  const { operations: planned } = planOf(program, subject)
  const handles = planned.map(({ name }, index) => objectOf(name, firstHandle + index)?.handle ?? 0n)
  const tries = new Set(
    planned.flatMap(({ expected: { after } }) => (after === undefined ? [] : [after.call.madeByCall])),
  )
  return [
    prepared('vmCreate', { type: BigInt(vmTypes.swProtected) }, { vm }),
    prepared('vcpuCreate', { vm, id: 0n }, { vcpu }),
    ...planned.map((operation, index) => ({
      ...ofPlan(operation, index, handles),
      ...(tries.has(index) ? { isTry: true as const } : {}),
    })),
  ]
}

function prepared(
  name: OperationName,
  request: Readonly<Record<string, bigint>>,
  answer: Readonly<Record<string, bigint>>,
): Modelled {
  const end = { errno: 0, answer, bytes: Buffer.alloc(0) }
  const step = typedStep({ name, process: 0, request, bytes: Buffer.alloc(0), line: name, end })
  return { where: 'the start', step, ends: [], words: [], runs: [], tail: undefined }
}

function ofPlan(operation: PlannedOperation, index: number, handles: readonly bigint[]): Modelled {
  const { label, name, tail, child, expected } = operation
  const { errno: wanted = ['OK'], fields = {}, runs, failure, after } = expected
  const [first = 'OK'] = wanted
  const table: { readonly answer: Fields } = operations[name]
  const fits = Object.fromEntries(Object.keys(fields).map((field) => [field, table.answer[field] ?? bits]))
  const words = wordsBy(fits, encodeFields(name, fits, fields))
  const answer = { ...wordsBy(table.answer, []), ...words }
  const object = objectOf(name, firstHandle + index)
  if (object !== undefined) answer[object.field] = first === 'OK' ? object.handle : 0n
  const request = requestOf(name, operation.words, handles)
  const end = { errno: errnoNumber(first), answer, bytes: Buffer.alloc(0) }
  const process = child === undefined ? 0 : processOf(handles[child] ?? 0n)
  const step = typedStep({ name, process, request, bytes: Buffer.from(tail), line: label.where, end })
  const outcome = outcomeOf(step)
  const constantsOf = (names: readonly string[]): string[] =>
    names.map((each) => endNamed(each) ?? refuse(label.where, `an operation that ends with ${each}`))
  const names = outcome === undefined || outcome === 'done' ? wanted.flatMap((each) => endsOf(name, each)) : [outcome]
  const branchOf = ({ errno = ['OK'], runs: seen }: Pick<typeof expected, 'errno' | 'runs'>): Branch => ({
    ends: constantsOf(errno),
    runs: seen === undefined ? [] : runsOf(seen),
  })
  const isWhole = outcome === 'done' && words['bytes'] === request['size']
  return {
    where: label.where,
    step,
    ends: constantsOf(names),
    words: Object.entries(words).flatMap(([field, word]) =>
      // The end of the operation says these.
      field === 'outcome' || (field === 'bytes' && isWhole) ? [] : [{ field, wanted: word }],
    ),
    runs: runs === undefined ? [] : runsOf(runs),
    tail: expected.tail?.wanted,
    ...(failure === undefined ? {} : { failure }),
    ...(after === undefined ? {} : { after: { succeeded: branchOf(after.succeeded), failed: branchOf(after.failed) } }),
  }
}

/** KVM_RUN tells with EFAULT what the guest could not reach, or gives no reason: the model allows both. */
function endsOf(name: OperationName, errno: string): readonly string[] {
  return name.startsWith('guest') && errno === 'EFAULT' ? [errno, 'memory-fault'] : [errno]
}

function runsOf({ first, wanted }: NonNullable<Expected<OperationName>['runs']>): Modelled['runs'] {
  return wanted.map((run) => ({ ...run, first: run.first - first }))
}

/** @throws {UsageError} REPRO_REFUSED always */
export function refuse(where: string, what: string): never {
  throw new UsageError('REPRO_REFUSED', `${where}: this step has no C form yet, because of ${what}`, {
    hint: 'gmemtest fuzz --replay FILE runs the program in an instance',
  })
}
