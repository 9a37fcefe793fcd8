// The work of `gmemtest repro`: finds the program of a failed test, and writes it in the wanted form.
import { mkdir, readdir } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import path from 'node:path'
import { exitCodes, GmemtestError, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { openFile } from '../../base/open-file.ts'
import { copiablePath } from '../../base/paths.ts'
import { names as bundleFiles } from '../../campaigns/repro/bundle.ts'
import { mailOf } from '../../campaigns/repro/list-mail.ts'
import type { ReportEvent, TestFinished } from '../../report/events.ts'
import { readRun } from '../../report/stored/stored-run.ts'
import type { CommandContext } from '../command-context.ts'
import type { Exportable } from './exportable.ts'
import { debugProgram } from './debug-program.ts'
import { fillBundle } from './fill-bundle.ts'
import { findProgram } from './find-program.ts'

/** The options of `gmemtest repro`. */
export interface ReproOptions {
  readonly results: string
  readonly c?: true
  readonly mail?: true
  readonly bundle?: string
  readonly gdb?: true
  readonly output?: string
  readonly kernel?: string
  readonly aptSuite?: string
}

/** Exports the program of a test, and returns the exit code. */
export async function exportProgram(test: string, options: ReproOptions, context: CommandContext): Promise<number> {
  const { c, mail, bundle, gdb, output } = options
  const forms = [c, mail, bundle, gdb].filter((form) => form !== undefined)
  if (forms.length !== 1) {
    const message =
      forms.length === 0 ? 'the form of the export is missing' : 'more than one form of the export is given'
    throw new UsageError('USAGE', message, { hint: 'give one of --c, --mail, --bundle DIR and --gdb' })
  }
  if ((bundle ?? gdb) !== undefined && output !== undefined) {
    throw new UsageError('USAGE', '--output is for --c and --mail', { hint: 'leave --output out' })
  }
  const program = await findProgram(test, { ...options, signal: context.signal })
  if (gdb === true) return await debugProgram(program, options, context)
  if (bundle !== undefined) return await bundleOf(program, bundle, options, context)
  const text = mail === true ? await mailFor(program) : await program.source()
  await write(text, output, context)
  return exitCodes.ok
}

/** @throws {InfraError} OUTPUT_FAILED */
async function write(text: string, output: string | undefined, { stdout, stderr }: CommandContext): Promise<void> {
  if (output === undefined) {
    stdout.write(text)
    return
  }
  try {
    const stream = await openFile(output, 'w')
    stream.end(text)
    await finished(stream)
  } catch (cause) {
    throw new InfraError('OUTPUT_FAILED', `cannot write ${output}: ${messageOf(cause)}`, {
      cause,
      hint: '--output FILE chooses another place',
    })
  }
  stderr.write(`gmemtest: ${copiablePath(path.resolve(output))}\n`)
}

/** Returns the mail about a program, with the facts of the run that it lies beside. */
async function mailFor({ file, source: render, mutant, isLeftBy }: Exportable): Promise<string> {
  const run = await readRun(path.dirname(file))
  const events = run.lines.flatMap((line) => ('event' in line ? [line.event] : []))
  const isItsOwn = (event: ReportEvent): event is TestFinished => event.type === 'test-finished' && isLeftBy(event)
  const own = events.findLast(isItsOwn)
  const { diagnostic } = own ?? {}
  if (own === undefined || diagnostic === undefined) {
    throw new UsageError('PROGRAM_MISSING', `${run.file} has no test that left ${path.basename(file)}`, {
      hint: 'name a program in the directory of its run',
    })
  }
  const [ready] = events
    .slice(0, events.indexOf(own))
    .filter((event) => event.type === 'kernel-ready')
    .slice(-1)
  let source: string | undefined
  let reason = ''
  try {
    source = await render()
  } catch (error) {
    if (!(error instanceof GmemtestError)) throw error
    reason = error.message
  }
  const { build, release } = ready ?? {}
  return mailOf({ finished: { ...own, diagnostic }, build, release, mutant, source, reason })
}

async function bundleOf(
  program: Exportable,
  directory: string,
  options: ReproOptions,
  context: CommandContext,
): Promise<number> {
  await makeEmpty(directory)
  await fillBundle(program, directory, options, context)
  const script = path.join(copiablePath(path.resolve(directory)), bundleFiles.script)
  context.stderr.write(`gmemtest: ${script} runs it in QEMU\n`)
  return exitCodes.ok
}

/** @throws {UsageError} BUNDLE_NOT_EMPTY */
async function makeEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const [first] = await readdir(directory)
  if (first === undefined) return
  throw new UsageError('BUNDLE_NOT_EMPTY', `${directory} already has ${first}`, { hint: 'name an empty directory' })
}
