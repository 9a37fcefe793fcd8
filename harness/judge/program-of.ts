// The program of a failed test, from its record: the operations with their answers, and what ended the test.
import { lineOf, type RecordedOperation } from '../agent/wire/journal.ts'
import { operations } from '../agent/wire/operations.ts'
import { tableDigests } from '../agent/wire/table.ts'
import { CheckFailure } from '../base/check-failure.ts'
import type { Attempt } from './attempt.ts'
import { finishedOf, lineIn } from './diagnostic.ts'
import type { Finished, JudgeFacts, Subject } from './facts.ts'
import type { Judgement } from './verdict.ts'
import {
  programVersion,
  type FailureKind,
  type ProgramFile,
  type StoredOperation,
} from '../report/stored/program-file.ts'

/** What the program of a test needs beside the facts of the judge. */
interface ProgramOptions {
  readonly dialect: string
  /** Stores a program, and returns the name of the file. */
  readonly storeProgram?: (program: ProgramFile) => Promise<string>
}

/** Returns the outcome of a test that was judged, and stores the operations of one that failed. */
export async function outcomeOf(
  test: Subject,
  attempt: Attempt,
  judged: Judgement,
  options: JudgeFacts & ProgramOptions,
): Promise<Finished> {
  const recorded = judged.verdict === 'FAIL' ? programOf(test, attempt, judged, options) : undefined
  const program = recorded === undefined ? undefined : await options.storeProgram?.(recorded)
  return await finishedOf(test, attempt, judged, { ...options, program })
}

/** Returns the program of a test that failed; undefined when it sent no operation to the agent. */
function programOf(
  test: Subject,
  attempt: Attempt,
  { message }: Judgement,
  { kernel, dialect }: Pick<JudgeFacts & ProgramOptions, 'kernel' | 'dialect'>,
): ProgramFile | undefined {
  const { recording, observation } = attempt
  if (recording.operations.length === 0) return undefined
  const problem = attempt.thrown?.value ?? observation.problem
  const at = observation.at ?? lineIn(test.file, problem)
  const { suite, name, title } = test
  return {
    version: programVersion,
    protocol: tableDigests().protocol,
    suite,
    name,
    title,
    kernel,
    dialect,
    pools: { ...test.wants.pools },
    boot: test.wants.boot,
    failure: {
      kind: kindOf(attempt, problem),
      message,
      ...(problem instanceof CheckFailure && problem.compared ? { wanted: problem.wanted, found: problem.found } : {}),
      ...(at === undefined ? {} : { at }),
    },
    ...(recording.isCut ? { isCut: true } : {}),
    operations: recording.operations.map(stored),
  }
}

/** In the order in which the judge decides. */
function kindOf(attempt: Attempt, problem: unknown): FailureKind {
  if (attempt.splats.length > 0) return 'splat'
  if (attempt.death !== undefined) return 'death'
  if (attempt.hang !== undefined) return 'hang'
  if (problem instanceof CheckFailure) return 'check'
  if (problem !== undefined) return 'other'
  if (attempt.leaks.length > 0) return 'leak'
  return attempt.warnings.length > 0 ? 'warning' : 'other'
}

function stored(operation: RecordedOperation): StoredOperation {
  const { request, end } = operation
  const table = operations[request.name]
  const answered = end !== undefined && 'errno' in end
  return {
    name: request.name,
    ...(request.process === 0 ? {} : { process: request.process }),
    request: byName(Object.keys(table.request), request.words),
    ...(request.tail.length === 0 ? {} : { bytes: Buffer.from(request.tail).toString('base64') }),
    line: lineOf(operation),
    ...(answered ? { errno: end.errno, answer: byName(Object.keys(table.answer), end.words) } : {}),
    ...(answered && end.tail.length > 0 ? { answerBytes: Buffer.from(end.tail).toString('base64') } : {}),
  }
}

function byName(names: readonly string[], words: readonly bigint[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, `0x${(words[index] ?? 0n).toString(16)}`]))
}
