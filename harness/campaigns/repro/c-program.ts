// A program of the agent as one C file in the style of kernel selftests: gcc alone compiles it, and it needs no gmemtest.
import { UsageError } from '../../base/errors.ts'
import { visibleText } from '../../base/visible-text.ts'
import {
  cFileOf,
  conditionsOf,
  dialectNamed,
  pointText,
  quietLog,
  runsText,
  expectedWarnings,
  variablesOf,
  type CFile,
} from './c-file.ts'
import { endOf } from './ends.ts'
import type { Expectation } from './expectation.ts'
import { findCheck } from './find-check.ts'
import { expanded } from './expand.ts'
import { literal, Names } from './names.ts'
import { innerCalls } from './inner-calls.ts'
import { isOf, type Program, type Step } from './recorded-program.ts'
import { Children } from './children.ts'
import { callOf, type Writing } from './renderings/call-of.ts'
import { factOf, rowOf } from './renderings/row-of.ts'

/** Under emulation, the longest scenarios take about a minute. */
const watchdogSeconds = 120

/**
 * Renders a program.
 * @throws {UsageError} REPRO_REFUSED with the operation that a C program cannot do, REPRO_CUT, REPRO_CHECK
 */
export async function cProgramOf(recorded: Program): Promise<string> {
  if (recorded.isCut === true) {
    throw new UsageError('REPRO_CUT', `the test did more operations than a journal keeps: its start is missing`, {
      hint: 'shorten the scenario, or use gmemtest run',
    })
  }
  const program = { ...recorded, steps: expanded(recorded.steps) }
  const expectation = findCheck(program)
  return await cFileOf({
    comment: commentOf(program, expectation),
    ...bodyOf(program, expectation),
    main: mainOf(program, expectation),
  })
}

function bodyOf({ steps }: Program, expectation: Expectation): Pick<CFile, 'outside' | 'declarations' | 'statements'> {
  const names = new Names()
  const children = new Children(names)
  const needed = new Set(expectation.kind === 'statistic' ? [expectation.from, expectation.after] : [expectation.after])
  const lines: string[] = []
  for (const [index, step] of steps.slice(0, expectation.after + 1).entries()) {
    names.looks = expectation.kind === 'pages' && index === expectation.after ? 'looks' : 'NULL'
    lines.push(...linesOf(step, index, { names, children, expectation, isNeeded: needed.has(index) }))
  }
  lines.push('', checkOf(expectation, steps[expectation.after], names))
  return {
    outside: [...variablesOf(names, lines), ...children.functions],
    declarations: declarationsFor(expectation, steps),
    statements: lines,
  }
}

function declarationsFor(expectation: Expectation, steps: readonly Step[]): string[] {
  if (expectation.kind === 'end') {
    const several = expectation.wanted.length > 1
    return [...(several ? [`const int wanted[] = { ${expectation.wanted.join(', ')} };`] : []), 'int end;']
  }
  if (expectation.kind === 'pages') {
    const runs = runsText(expectation.wanted)
    return [`static short looks[${expectation.pages}];`, `static const struct run wanted[] = { ${runs} };`]
  }
  if (expectation.kind === 'change') return [`long long before = number_in(${literal(expectation.path)});`]
  if (expectation.kind === 'log') return expectedWarnings(steps)
  return expectation.kind === 'statistic' ? ['__u64 before = 0;'] : []
}

interface Use extends Writing {
  readonly expectation: Expectation
  readonly isNeeded: boolean
}

/** The lines of one operation. @throws {UsageError} REPRO_REFUSED */
function linesOf(step: Step, index: number, use: Use): string[] {
  const { expectation, isNeeded } = use
  const refuse = (what: string): never => {
    const message = `operation ${index + 1} is ${step.name}: a C program cannot have ${what} yet`
    throw new UsageError('REPRO_REFUSED', message, { hint: `the operation is: ${visibleText(step.line)}` })
  }
  if (isOf(step, 'repeat')) return roundsOf(step, index, use, refuse)
  const row = rowOf(step)
  if (row !== 'left out' && 'isQuiet' in row && !isNeeded) return []
  const rendered = callOf(step, use, refuse)
  if (rendered === undefined) return []
  const { call } = rendered
  const lines = [...rendered.before]
  const makes = row !== 'left out' && 'makes' in row && step.end?.errno === 0
  const line = `STEP(${endOf(step)}, ${call});`
  if (index === expectation.after && expectation.kind === 'end') lines.push(`end = ${line}`)
  else lines.push(makes ? `NEED(${call});` : line)
  if (expectation.kind === 'statistic' && index === expectation.from) lines.push('before = statistic;')
  return lines
}

/** The lines of rounds of the same calls, which print nothing unless one ends in another way. */
function roundsOf(
  { request, ...step }: Step<'repeat'>,
  index: number,
  writing: Writing,
  refuse: (what: string) => never,
): string[] {
  const lines = innerCalls({ request, ...step }, index, Buffer.alloc(0)).flatMap(({ step: inner, wanted }) => {
    const rendered = callOf(inner, writing, refuse)
    if (rendered === undefined) return []
    const { before, call } = rendered
    return [...before, wanted === undefined ? `${call};` : `ended(${call}, ${endOf(inner)});`]
  })
  return [
    `begin("${request.rounds} rounds of the same calls");`,
    `for (int round = 0; round < ${request.rounds}; round++) {`,
    ...lines.map((line) => `\t${line}`),
    '}',
  ]
}

/** The lines that decide, for each kind of check. */
const checks: {
  readonly [Kind in Expectation['kind']]: (
    expectation: Extract<Expectation, { readonly kind: Kind }>,
    what: string,
    facts: { readonly last: Step | undefined; readonly names: Names },
  ) => string
} = {
  end: ({ wanted }, what) =>
    wanted.length === 1
      ? `expect_end(${what}, end, ${wanted.join()})`
      : `expect_one_of(${what}, end, wanted, ${wanted.length})`,
  word: ({ field, wanted }, what, { last, names }) =>
    `expect_number(${what}, ${last === undefined ? 0 : (factOf(last, field, names) ?? 0)}, ${wanted}ULL)`,
  race: ({ actor, counter, wanted }, what) => `expect_number(${what}, actors[${actor}].${counter}, ${wanted})`,
  pages: ({ wanted }, what) => `expect_pages(${what}, looks, wanted, ${wanted.length})`,
  change: ({ path, wanted }, what) => `expect_change(${what}, ${literal(path)}, before, ${wanted})`,
  statistic: ({ wanted, falls }, what) =>
    `expect_number(${what}, ${falls ? 'before - statistic' : 'statistic - before'}, ${wanted})`,
  log: (_expectation, what) => quietLog(what),
  alive: () => 'KSFT_PASS',
}

function checkOf<Kind extends Expectation['kind']>(
  expectation: Extract<Expectation, { readonly kind: Kind }> & { readonly kind: Kind },
  last: Step | undefined,
  names: Names,
): string {
  return `return ${checks[expectation.kind](expectation, pointText(expectation.what), { last, names })};`
}

/** The function main, with the conditions without which a kernel cannot have the bug. */
function mainOf(program: Program, expectation: Expectation): string[] {
  const what = pointText(expectation.what)
  const isWatched = expectation.kind === 'alive'
  const leak = program.failure.kind === 'leak' && expectation.kind === 'change' ? expectation : undefined
  const lines = [
    ...conditionsOf(dialectNamed(program.dialect), program.pools),
    ...(expectation.kind === 'log' ? ['watch_log();'] : []),
    ...(isWatched ? [`return result(in_child(reproduce, ${watchdogSeconds}) == 0, ${what});`] : []),
    ...(leak === undefined ? [] : leakLines(leak)),
    ...(isWatched || leak !== undefined ? [] : ['return reproduce();']),
  ]
  return leak === undefined ? lines : ['long long before;', '', ...lines]
}

function leakLines({ path, what }: Extract<Expectation, { kind: 'change' }>): string[] {
  return [
    `before = number_in(${literal(path)});`,
    `in_child(reproduce, ${watchdogSeconds});`,
    `return expect_number(${pointText(what)}, settled(${literal(path)}, before), before);`,
  ]
}

function commentOf({ name, title, kernel, failure }: Program, { what }: Expectation): string[] {
  return [
    title === '' ? name : `${title}.`,
    '',
    `This repeats what the scenario ${name} did on the kernel ${kernel}, where it failed:`,
    failure.message.split('\n', 1)[0] ?? '',
    '',
    `The exit code is 0 when that does not happen, 1 when it does (${what}),`,
    'and 4 when this kernel or this computer lacks what the program needs.',
  ]
}
