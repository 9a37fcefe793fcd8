// A program of `gmemtest fuzz` for the export: its dialect and its kernel are those of the results that it lies in.
import path from 'node:path'
import { hasCode, UsageError } from '../../base/errors.ts'
import { programText } from '../fuzzing/program-text.ts'
import { parseProgram } from '../../campaigns/fuzz/program/program-yaml.ts'
import { cProgramOfFinding, poolsOf } from '../../campaigns/repro/findings/finding-program.ts'
import { loadUsableDefinition } from '../../kernel/usable.ts'
import { readRun } from '../../report/stored/stored-run.ts'
import type { Exportable } from './exportable.ts'

/** A kernel, as far as a program depends on it. */
interface Subject {
  readonly kernel: string
  /** Missing for a kernel whose dialect is found when it boots. */
  readonly dialect: string | undefined
}

/**
 * Reads a program; `kernel` names another kernel than that of its run.
 * @throws {UsageError} PROGRAM_MISSING, PROGRAM_INVALID, DIALECT_UNKNOWN
 */
export async function findingToExport(
  file: string,
  { kernel: wanted, signal }: { readonly kernel: string | undefined; readonly signal: AbortSignal },
): Promise<Exportable> {
  const text = await programText(file)
  const program = parseProgram(file, text)
  const run = await runBeside(file)
  const named = wanted === undefined ? undefined : await subjectNamed(wanted, signal)
  const dialect = named?.dialect ?? run?.dialect
  const name = path.basename(file)
  return {
    file,
    source: async () => {
      if (dialect === undefined) throw unknownDialect(file)
      const facts = { name: path.parse(name).name, program, comment: commentOf(text), dialect }
      return await cProgramOfFinding({ ...facts, kernel: run?.kernel })
    },
    kernel: run?.kernel,
    mutant: undefined,
    profile: { pools: { '1G': 0, '2M': 0, ...poolsOf(program) }, variants: [] },
    isLeftBy: ({ diagnostic }) =>
      diagnostic?.output?.some((line) => line.startsWith('program: ') && path.basename(line) === name) === true,
  }
}

/** The lines before the program: gmemtest fuzz writes the difference there. */
function commentOf(text: string): string[] {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('#'))
  return lines.slice(0, Math.max(0, end)).map((line) => line.replace(/^# ?/, ''))
}

async function subjectNamed(name: string, signal: AbortSignal): Promise<Subject> {
  const { name: kernel, dialect } = await loadUsableDefinition(name, { signal })
  return { kernel, dialect: dialect === 'auto' ? undefined : dialect }
}

/** Returns the kernel of the run whose results the file lies in; undefined when it lies elsewhere. */
async function runBeside(file: string): Promise<Subject | undefined> {
  const run = await readRun(path.dirname(file)).catch((error: unknown) => {
    if (hasCode(error, 'RESULTS_MISSING')) return undefined
    throw error
  })
  if (run?.beginning.type !== 'run-started') return undefined
  const { kernel, dialect } = run.beginning
  const found = run.lines.flatMap((line) =>
    'event' in line && line.event.type === 'vm-ready' && line.event.dialect !== undefined ? [line.event.dialect] : [],
  )
  return { kernel, dialect: [dialect, ...found].find((each) => each !== 'auto') }
}

function unknownDialect(file: string): UsageError {
  const message = `no results beside ${file} tell the dialect of its kernel`
  return new UsageError('DIALECT_UNKNOWN', message, {
    hint: 'name a kernel whose definition has a dialect: --kernel NAME',
  })
}
