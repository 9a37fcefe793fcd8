// A program of `gmemtest fuzz` as one C file: each operation must end as the reference model has it.
import { hugePageBytes, hugePageSizes, poolDirectory } from '../../../base/huge-page-sizes.ts'
import { pageSize as smallPage } from '../../../base/units.ts'
import type { Dialect } from '../../../uapi/dialect.ts'
import type { Program } from '../../fuzz/program/fuzz-program.ts'
import { hugePagesOf } from '../../fuzz/program/world.ts'
import {
  cFileOf,
  conditionsOf,
  dialectNamed,
  pointText,
  quietLog,
  runsText,
  expectedWarnings,
  variablesOf,
} from '../c-file.ts'
import { literal, Names } from '../names.ts'
import { Children } from '../children.ts'
import { callOf, type Writing } from '../renderings/call-of.ts'
import type { NumberCheck } from '../renderings/rendering.ts'
import type { Step } from '../recorded-program.ts'
import { factOf, tailChecks } from '../renderings/row-of.ts'
import { modelled, refuse, type Modelled } from './modelled.ts'

/** A program, and where it comes from. */
export interface FindingFacts {
  readonly name: string
  readonly program: Program
  /** Lines about the difference that it showed; none for a program that was written by hand. */
  readonly comment: readonly string[]
  /** The name of the dialect of that kernel. */
  readonly dialect: string
  /** The name of the kernel on which it was found, if that is known. */
  readonly kernel: string | undefined
}

/** A vCPU needs up to a millisecond for a page under emulation; the rest of a program takes seconds. */
const watchdogSeconds = 120
const pagesPerSecond = 1000

/** Returns the huge pages that the file of a program needs, by size. */
export function poolsOf({ shape }: Program): Readonly<Record<string, number>> {
  const size = hugePagesOf(shape)
  return size === undefined ? {} : { [size]: (shape.pages * smallPage) / hugePageBytes[size] }
}

/**
 * Renders a program.
 * @throws {UsageError} REPRO_REFUSED with the step that has no C form yet, STEP_IMPOSSIBLE, PROGRAM_UNKNOWN
 */
export async function cProgramOfFinding({ name, program, comment, kernel, ...facts }: FindingFacts): Promise<string> {
  const dialect = dialectNamed(facts.dialect)
  const names = new Names()
  const children = new Children(names)
  const steps = modelled(program, dialect)
  const statements: string[] = []
  for (const [index, step] of steps.entries()) {
    if (step.where !== steps[index - 1]?.where) statements.push('', `begin_step(${pointText(step.where)});`)
    statements.push(...linesOf(step, { names, children }))
  }
  const looked = steps.map(({ runs, after }) => Math.max(pagesIn(runs), pagesIn(after?.succeeded.runs ?? [])))
  const most = Math.max(0, ...looked)
  const pages = looked.reduce((sum, count) => sum + count, 0)
  // What a child sees is checked by its parent.
  const isShared = most > 0 && names.children.length > 0
  return await cFileOf({
    comment: [
      `${name}: each operation must end as the reference model of gmemtest has it.`,
      '',
      ...(comment.length === 0 ? [] : [kernel === undefined ? 'When it was found:' : `On the kernel ${kernel}:`]),
      ...comment,
      ...(comment.length === 0 ? [] : ['']),
      'The exit code is 0 when the kernel does what the model does, 1 when it does not,',
      'and 4 when this kernel or this computer lacks what the program needs.',
    ],
    outside: [...(isShared ? ['static short *looks;'] : []), ...variablesOf(names, statements), ...children.functions],
    declarations: most === 0 || isShared ? [] : [`static short looks[${most}];`],
    statements: [
      ...(isShared ? [`looks = shared_memory(${most} * sizeof(*looks));`] : []),
      ...statements.slice(isShared ? 0 : 1),
      '',
      'return KSFT_PASS;',
    ],
    main: mainOf(
      program,
      steps.map(({ step }) => step),
      dialect,
      watchdogSeconds + Math.ceil(pages / pagesPerSecond),
    ),
  })
}

function pagesIn(runs: Modelled['runs']): number {
  return runs.reduce((sum, { count }) => sum + count, 0)
}

/** The lines of one operation. @throws {UsageError} REPRO_REFUSED */
function linesOf(modelledStep: Modelled, writing: Writing): string[] {
  const { where, step, words, runs, tail, after, failure } = modelledStep
  const { names } = writing
  names.looks = runs.length === 0 && (after?.succeeded.runs ?? []).length === 0 ? 'NULL' : 'looks'
  const rendered = callOf(step, writing, (what) => refuse(where, what))
  const numbers = words.flatMap(({ field, wanted }): NumberCheck[] =>
    isOffsetInChild(step, field, names)
      ? []
      : [[factOf(step, field, names) ?? refuse(where, `the word ${field} of ${step.name}`), wanted]],
  )
  if (tail !== undefined) {
    numbers.push(...(tailChecks(step, tail, names) ?? refuse(where, `the bytes of ${step.name}`)))
  }
  return [
    ...(rendered?.before ?? []),
    ...(rendered === undefined ? [] : [endLine(rendered.call, modelledStep)]),
    ...numbers.map(([expression, wanted]) => `EXPECT_NUMBER(${expression}, ${wanted}ULL);`),
    ...(failure === undefined ? [] : failureLines(failure, modelledStep, names)),
    ...(runs.length === 0 ? [] : [pagesLine(runs)]),
    ...(after === undefined || after.succeeded.runs.length === 0
      ? []
      : ['if (!tried)', `\t${pagesLine(after.succeeded.runs)}`, 'else', `\t${pagesLine(after.failed.runs)}`]),
  ]
}

/** A parent does not know where its child has put a mapping of its own, so no offset in it can be checked. */
function isOffsetInChild({ process, request }: Step, field: string, names: Names): boolean {
  const mapping = 'mapping' in request ? request.mapping : 0n
  return process !== 0 && (field === 'faultOffset' || field === 'bytes') && !names.has(mapping)
}

function pagesLine(runs: Modelled['runs']): string {
  return `EXPECT_PAGES(${runsText(runs)});`
}

/** The lines about a word that counts only when the operation has failed. */
function failureLines(
  { field, from, to }: NonNullable<Modelled['failure']>,
  { where, step }: Modelled,
  names: Names,
): string[] {
  const word = factOf(step, field, names) ?? refuse(where, `the word ${field} of ${step.name}`)
  return ['if (last_end)', `\tEXPECT_BETWEEN(${word}, ${from}ULL, ${to}ULL);`]
}

function endLine(call: string, { ends, isTry, after }: Modelled): string {
  if (isTry === true) return `TRY(${call}, ${ends.join(', ')});`
  const [succeeded, failed] = [after?.succeeded.ends.join() ?? '', after?.failed.ends.join() ?? '']
  if (succeeded !== failed) return `EXPECT(${call}, tried ? ${failed} : ${succeeded});`
  return ends.length === 0 ? `NEED(${call});` : `EXPECT(${call}, ${ends.join(', ')});`
}

/** A splat, a hang, and huge pages that do not come back are differences as well. */
function mainOf(program: Program, steps: readonly Step[], dialect: Dialect, seconds: number): string[] {
  const pools = poolsOf(program)
  const size = hugePageSizes.find((each) => pools[each] !== undefined)
  const path = size === undefined ? undefined : literal(`${poolDirectory(size)}/free_hugepages`)
  const lines = [
    ...conditionsOf(dialect, pools),
    'watch_log();',
    ...(path === undefined ? [] : [`before = number_in(${path});`]),
    `end = in_child(reproduce, ${seconds});`,
    'if (end == KSFT_FAIL || end == KSFT_SKIP)',
    '\treturn end;',
    'if (end != KSFT_PASS)',
    `\treturn result(false, "all steps end within ${seconds} s");`,
    ...(path === undefined
      ? []
      : [
          `if (settled(${path}, before) != before)`,
          '\treturn result(false, "all huge pages come back to their pool");',
        ]),
    `return ${quietLog('"the kernel does what the model does, without a splat"')};`,
  ]
  return [...expectedWarnings(steps), 'int end;', ...(path === undefined ? [] : ['long long before;']), '', ...lines]
}
