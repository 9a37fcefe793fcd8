// The end of an operation as one value: as the C program has it, and as checks name it.
import { errnoName, errnoNumber, type ErrnoName } from '../../agent/errno.ts'
import { words } from '../../agent/vocabulary.ts'
import { operations, type OperationName } from '../../agent/wire/operations.ts'
import type { Step } from './recorded-program.ts'

/** The ends that are no error numbers, by the words of outcomes (guest-images/reproducer/report.c). */
const constants: Readonly<Record<string, string>> = {
  sigbus: 'SIGNAL_BUS',
  sigsegv: 'SIGNAL_SEGV',
  'memory-fault': 'MEMORY_FAULT',
  'unexpected-exit': 'OTHER_EXIT',
  gone: 'CHILD_GONE',
}

/** Returns the names of the possible outcomes of an operation; undefined when it has none but its error number. */
function outcomesOf(name: OperationName): readonly string[] | undefined {
  if (!Object.hasOwn(operations[name].answer, 'outcome')) return undefined
  return name.startsWith('guest') ? words.guest : words.host
}

const signals: Readonly<Record<string, string>> = { '7': 'sigbus', '11': 'sigsegv' }

/**
 * Returns the outcome of a step: `done`, `sigbus`, …; `gone` for that in which its child died; undefined when its operation has
 * none.
 */
export function outcomeOf({ name, process, end }: Step): string | undefined {
  if (end === undefined) return process === 0 ? undefined : 'gone'
  const answer = new Map<string, bigint>(Object.entries(end.answer))
  if (name === 'madvise') return signals[String(answer.get('signal'))]
  const word = answer.get('outcome')
  return word === undefined ? undefined : outcomesOf(name)?.[Number(word)]
}

/** Returns the constant of C for the end of a step: `0`, `EAGAIN`, `SIGNAL_BUS`. */
export function endOf(step: Step): string {
  const constant = constants[outcomeOf(step) ?? '']
  return constant ?? errnoConstant(errnoName(step.end?.errno ?? 0))
}

/** Returns the constant of C for the name of an error number or of an outcome. */
export function endNamed(name: string): string | undefined {
  if (name === 'done' || name === 'OK') return '0'
  return constants[name] ?? (isErrno(name) ? errnoConstant(name) : undefined)
}

function isErrno(name: string): name is ErrnoName {
  return /^E[A-Z0-9]+$/.test(name)
}

/** Numbers that user space does not know have no names in C. */
function errnoConstant(name: ErrnoName): string {
  if (name === 'OK') return '0'
  return /^E\d+$/.test(name) || name === 'ERESTARTSYS' || name === 'ENOTSUPP' ? String(errnoNumber(name)) : name
}
