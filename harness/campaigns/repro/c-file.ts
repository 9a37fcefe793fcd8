// A C program as one file: the part that is made for it, and those functions of the library that it uses.
import { hugePageBytes, hugePageSizes } from '../../base/huge-page-sizes.ts'
import { UsageError } from '../../base/errors.ts'
import { visibleText } from '../../base/visible-text.ts'
import { memoryFailure, slowInstance } from '../../oracle/kernel-warnings.ts'
import { advices } from '../../uapi/constants.ts'
import { dialectSpecs, isDialect, type Dialect } from '../../uapi/dialect.ts'
import { usedBy } from './library.ts'
import { literal, type Names } from './names.ts'
import { isOf, type Step } from './recorded-program.ts'

/** The functions of a program, and the comment at its start. */
export interface CFile {
  readonly comment: readonly string[]
  /** The variables and the functions before `reproduce`. */
  readonly outside: readonly string[]
  /** The lines of `static int reproduce(void)`: declarations, then statements. */
  readonly declarations: readonly string[]
  readonly statements: readonly string[]
  /** The lines of `int main(void)`. */
  readonly main: readonly string[]
}

/** Joins the parts of a program. */
export async function cFileOf({ comment, outside, declarations, statements, main }: CFile): Promise<string> {
  const text = [
    ...outside,
    '',
    ...functionOf('static int reproduce(void)', [
      ...declarations,
      ...(declarations.length === 0 ? [] : ['']),
      ...statements,
    ]),
    '',
    ...functionOf('int main(void)', main),
  ].join('\n')
  const { includes, definitions } = await usedBy(text)
  const threads = includes.includes('#include <pthread.h>') ? ' -pthread' : ''
  const compile = `gcc -O2 -Wall${threads} -o reproducer reproducer.c && ./reproducer`
  const lines = [...comment, '', compile].map((line) =>
    line === '' ? ' *' : ` * ${visibleText(line).replaceAll('*/', '* /')}`,
  )
  return [
    '// SPDX-License-Identifier: MIT',
    ['/*', ...lines, ' */'].join('\n'),
    '#define _GNU_SOURCE',
    ...includes,
    '',
    definitions.join('\n\n'),
    '',
    text,
    '',
  ].join('\n')
}

/** Returns the lines of a function of C. */
export function functionOf(head: string, lines: readonly string[]): string[] {
  return [head, '{', ...lines.map((line) => (line === '' ? '' : `\t${line}`)), '}']
}

/** Returns the dialect of this name. @throws {UsageError} PROGRAM_UNKNOWN */
export function dialectNamed(name: string): Dialect {
  if (isDialect(name)) return name
  throw new UsageError('PROGRAM_UNKNOWN', `this gmemtest knows no dialect ${JSON.stringify(name)}`)
}

/** The lines of `main` that come first: TAP, and the conditions without which a kernel cannot have the bug. */
export function conditionsOf(dialect: Dialect, pools: Readonly<Record<string, number>>): string[] {
  const { extensions } = dialectSpecs[dialect]
  return [
    'setvbuf(stdout, NULL, _IOLBF, 0);',
    String.raw`printf("TAP version 13\n1..1\n");`,
    'need_kvm();',
    ...extensions.map(({ what: name, number, value = -1 }) => `need_extension(${number}, ${value}, ${literal(name)});`),
    ...hugePageSizes.flatMap((size) => {
      const count = pools[size] ?? 0
      return count === 0 ? [] : [`need_huge_pages(${hugePageBytes[size] / 1024}, ${count});`]
    }),
  ]
}

/** The check that the kernel printed no splat; `expectedWarnings` have to be among the declarations. */
export function quietLog(what: string): string {
  return `expect_quiet_log(${what}, expected_warnings, sizeof(expected_warnings) / sizeof(*expected_warnings))`
}

/** The patterns of warnings that tell nothing about the kernel, and of those that these operations provoke. */
export function expectedWarnings(steps: readonly Step[]): string[] {
  const patterns = steps.some(isMemoryFailure) ? [...slowInstance, memoryFailure] : slowInstance
  return [
    'static const char *const expected_warnings[] = {',
    ...patterns.map((pattern) => `\t${literal(pattern)},`),
    '};',
  ]
}

/** The file of debugfs that makes the memory of a frame fail. */
const failingFile = '/hwpoison/corrupt-pfn'

function isMemoryFailure(step: Step): boolean {
  if (isOf(step, 'madvise')) return step.request.advice === BigInt(advices.hwpoison)
  return step.name === 'writeFile' && step.bytes.toString('latin1').includes(failingFile)
}

/** Variables for what the kernel is expected not to make. */
const spares = [
  { word: 'no_file', declaration: 'static int no_file = -1;' },
  { word: 'no_mapping', declaration: 'static unsigned char *no_mapping;' },
  { word: 'no_vcpu', declaration: 'static struct vcpu no_vcpu;' },
  { word: 'no_pin', declaration: 'static struct pin no_pin;' },
  { word: 'no_child', declaration: 'static struct child no_child;' },
] as const

/** The declarations of the variables that some statements use. */
export function variablesOf(names: Names, statements: readonly string[]): string[] {
  const text = statements.join('\n')
  const used = spares.filter(({ word }) => new RegExp(`\\b${word}\\b`).test(text))
  return [...names.declarations, ...used.map(({ declaration }) => declaration)]
}

/** Returns a text for a test point: a # would begin a directive of TAP. */
export function pointText(text: string): string {
  return literal(visibleText(text).replaceAll('#', '').replaceAll('\n', ' '))
}

const looks: Readonly<Record<string, string>> = { sigbus: 'BUS', sigsegv: 'SEGV', fault: 'FAULT', mixed: 'MIXED' }

/** Returns runs of alike pages as elements of an array of C. */
export function runsText(
  runs: readonly { readonly first: number; readonly count: number; readonly value: unknown }[],
): string {
  return runs.map(({ first, count, value }) => `{ ${first}, ${count}, ${lookOf(value)} }`).join(', ')
}

function lookOf(value: unknown): string {
  return typeof value === 'number' ? `0x${value.toString(16).padStart(2, '0')}` : (looks[String(value)] ?? 'MIXED')
}
