// A program of the agent as one C file in the style of kernel selftests: gcc alone compiles it, and it needs no gmemtest.
import { UsageError } from '../../base/errors.ts'
import { hugePageSizes, hugePageBytes } from '../../base/huge-page-sizes.ts'
import { visibleText } from '../../base/visible-text.ts'
import { dialectSpecs, isDialect, type Dialect } from '../../uapi/dialect.ts'
import { endOf } from './ends.ts'
import type { Expectation } from './expectation.ts'
import { findCheck } from './find-check.ts'
import { expanded } from './expand.ts'
import { usedBy } from './library.ts'
import { literal, Names } from './names.ts'
import type { Program, Step } from './recorded-program.ts'
import { rowOf } from './renderings/row-of.ts'

/** Under emulation, the longest scenarios take about a minute. */
const watchdogSeconds = 120

/** The body of the program, before the library is added. */
interface Body {
  readonly declarations: readonly string[]
  readonly lines: readonly string[]
}

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
  const body = bodyOf(program, expectation)
  const main = mainOf(program, expectation)
  const text = [
    'static int reproduce(void)',
    '{',
    ...indented([...body.declarations, '', ...body.lines]),
    '}',
    '',
    ...main,
  ].join('\n')
  const { includes, definitions } = await usedBy(text)
  return [
    heading(program, expectation),
    '#define _GNU_SOURCE',
    ...includes,
    '',
    definitions.join('\n\n'),
    '',
    text,
    '',
  ].join('\n')
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `\t${line}`))
}

function bodyOf({ steps }: Program, expectation: Expectation): Body {
  const names = new Names()
  const needed = new Set(expectation.kind === 'statistic' ? [expectation.from, expectation.after] : [expectation.after])
  const lines: string[] = []
  for (const [index, step] of steps.slice(0, expectation.after + 1).entries()) {
    names.looks = expectation.kind === 'pages' && index === expectation.after ? 'looks' : 'NULL'
    lines.push(...linesOf(step, index, names, { expectation, isNeeded: needed.has(index) }))
  }
  lines.push('', checkOf(expectation, steps[expectation.after], names))
  const text = lines.join('\n')
  const spare = spares
    .filter(({ word }) => new RegExp(`\\b${word}\\b`).test(text))
    .map(({ declaration }) => declaration)
  return { declarations: [...names.declarations, ...spare, ...declarationsFor(expectation)], lines }
}

/** Variables for what the kernel is expected not to make. */
const spares = [
  { word: 'no_file', declaration: 'int no_file = -1;' },
  { word: 'no_mapping', declaration: 'unsigned char *no_mapping = NULL;' },
  { word: 'no_vcpu', declaration: 'static struct vcpu no_vcpu;' },
  { word: 'no_pin', declaration: 'static struct pin no_pin;' },
] as const

function declarationsFor(expectation: Expectation): string[] {
  if (expectation.kind === 'end') {
    const several = expectation.wanted.length > 1
    return [...(several ? [`const int wanted[] = { ${expectation.wanted.join(', ')} };`] : []), 'int end;']
  }
  if (expectation.kind === 'pages') {
    const runs = expectation.wanted.map(({ first, count, value }) => `{ ${first}, ${count}, ${lookOf(value)} }`)
    return [`static short looks[${expectation.pages}];`, `static const struct run wanted[] = { ${runs.join(', ')} };`]
  }
  if (expectation.kind === 'change') return [`long long before = number_in(${literal(expectation.path)});`]
  return expectation.kind === 'statistic' ? ['__u64 before = 0;'] : []
}

const looks: Readonly<Record<string, string>> = { sigbus: 'BUS', sigsegv: 'SEGV', fault: 'FAULT', mixed: 'MIXED' }

function lookOf(value: number | string): string {
  return typeof value === 'number' ? `0x${value.toString(16).padStart(2, '0')}` : (looks[value] ?? 'MIXED')
}

interface Use {
  readonly expectation: Expectation
  readonly isNeeded: boolean
}

/** The lines of one operation. @throws {UsageError} REPRO_REFUSED */
function linesOf<Name extends Step['name']>(step: Step<Name>, index: number, names: Names, use: Use): string[] {
  const row = rowOf(step)
  const refused = (what: string): UsageError =>
    new UsageError('REPRO_REFUSED', `operation ${index + 1} is ${step.name}: a C program cannot have ${what} yet`, {
      hint: `the operation is: ${visibleText(step.line)}`,
    })
  if (row === 'left out') return []
  if ('refused' in row) throw refused(row.refused)
  const { expectation, isNeeded } = use
  if (row.isQuiet === true && !isNeeded) return []
  if (step.process !== 0) throw refused('operations in a forked child')
  const before = row.before?.(step, names)
  const call = row.call(step, names)
  const lines = before === undefined ? [] : [before]
  const isLast = index === expectation.after
  const succeeded = step.end?.errno === 0
  const line = `STEP(${endOf(step)}, ${call});`
  if (isLast && expectation.kind === 'end') lines.push(`end = ${line}`)
  else lines.push(row.makes === true && succeeded ? `NEED(${call});` : line)
  if (expectation.kind === 'statistic' && index === expectation.from) lines.push('before = statistic;')
  return lines
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
    `expect_number(${what}, ${factOf(last, field, names)}, ${wanted}ULL)`,
  pages: ({ wanted }, what) => `expect_pages(${what}, looks, wanted, ${wanted.length})`,
  change: ({ path, wanted }, what) => `expect_change(${what}, ${literal(path)}, before, ${wanted})`,
  statistic: ({ wanted, falls }, what) =>
    `expect_number(${what}, ${falls ? 'before - statistic' : 'statistic - before'}, ${wanted})`,
  log: (_expectation, what) => `expect_quiet_log(${what})`,
  alive: () => 'KSFT_PASS',
}

function checkOf<Kind extends Expectation['kind']>(
  expectation: Extract<Expectation, { readonly kind: Kind }> & { readonly kind: Kind },
  last: Step | undefined,
  names: Names,
): string {
  return `return ${checks[expectation.kind](expectation, literal(plain(expectation.what)), { last, names })};`
}

function factOf<Name extends Step['name']>(step: Step<Name> | undefined, field: string, names: Names): string {
  const row = step === undefined ? 'left out' : rowOf(step)
  if (step === undefined || row === 'left out' || !('facts' in row)) return '0'
  const fact = Object.entries<string | ((given: Step<Name>, all: Names) => string) | undefined>(row.facts ?? {}).find(
    ([name]) => name === field,
  )?.[1]
  return typeof fact === 'function' ? fact(step, names) : (fact ?? '0')
}

/** A # would begin a directive of TAP. */
function plain(text: string): string {
  return visibleText(text).replaceAll('#', '').replaceAll('\n', ' ')
}

/** The function main, with the conditions without which a kernel cannot have the bug. */
function mainOf(program: Program, expectation: Expectation): string[] {
  const { extensions } = dialectSpecs[dialectOf(program)]
  const pools = hugePageSizes.flatMap((size) => {
    const count = program.pools[size] ?? 0
    return count === 0 ? [] : [`need_huge_pages(${hugePageBytes[size] / 1024}, ${count});`]
  })
  const what = literal(plain(expectation.what))
  const isWatched = expectation.kind === 'alive'
  const leak = program.failure.kind === 'leak' && expectation.kind === 'change' ? expectation : undefined
  const lines = [
    'setvbuf(stdout, NULL, _IOLBF, 0);',
    String.raw`printf("TAP version 13\n1..1\n");`,
    'need_kvm();',
    ...extensions.map(({ what: name, number, value = -1 }) => `need_extension(${number}, ${value}, ${literal(name)});`),
    ...pools,
    ...(expectation.kind === 'log' ? ['watch_log();'] : []),
    ...(isWatched ? [`return result(in_child(reproduce, ${watchdogSeconds}) == 0, ${what});`] : []),
    ...(leak === undefined ? [] : leakLines(leak)),
    ...(isWatched || leak !== undefined ? [] : ['return reproduce();']),
  ]
  const declarations = leak === undefined ? [] : ['long long before;', '']
  return ['int main(void)', '{', ...indented([...declarations, ...lines]), '}']
}

function leakLines({ path, what }: Extract<Expectation, { kind: 'change' }>): string[] {
  return [
    `before = number_in(${literal(path)});`,
    `in_child(reproduce, ${watchdogSeconds});`,
    `return expect_number(${literal(plain(what))}, settled(${literal(path)}, before), before);`,
  ]
}

/** @throws {UsageError} PROGRAM_UNKNOWN */
function dialectOf({ dialect }: Program): Dialect {
  if (isDialect(dialect)) return dialect
  throw new UsageError('PROGRAM_UNKNOWN', `this gmemtest knows no dialect ${JSON.stringify(dialect)}`)
}

function heading({ name, title, kernel, failure }: Program, { what }: Expectation): string {
  const lines = [
    title === '' ? name : `${title}.`,
    '',
    `This repeats what the scenario ${name} did on the kernel ${kernel}, where it failed:`,
    failure.message.split('\n', 1)[0] ?? '',
    '',
    `The exit code is 0 when that does not happen, 1 when it does (${what}),`,
    'and 4 when this kernel or this computer lacks what the program needs.',
    '',
    'gcc -O2 -Wall -o reproducer reproducer.c && ./reproducer',
  ]
  const safe = lines.map((line) => (line === '' ? ' *' : ` * ${visibleText(line).replaceAll('*/', '* /')}`))
  return ['// SPDX-License-Identifier: MIT', '/*', ...safe, ' */'].join('\n')
}
