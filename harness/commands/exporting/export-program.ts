// The work of `gmemtest repro`: finds the program of a failed test, and writes it in the wanted form.
import { mkdir, readdir } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import path from 'node:path'
import { exitCodes, GmemtestError, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { openFile } from '../../base/open-file.ts'
import { cacheDirectory, copiablePath } from '../../base/paths.ts'
import { writeBundle } from '../../campaigns/repro/bundle.ts'
import { mailOf } from '../../campaigns/repro/list-mail.ts'
import { readMutants, withMutant } from '../../campaigns/mutants/mutant-patches.ts'
import { bootWords } from '../../kernel/definition/boot-words.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { provideKernel } from '../../kernel/provide.ts'
import { loadUsableDefinition } from '../../kernel/usable.ts'
import type { ReportEvent, TestFinished } from '../../report/events.ts'
import { readRun } from '../../report/stored/stored-run.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { progressLine } from '../progress/progress.ts'
import { requireEnvironment } from '../require-environment.ts'
import type { Exportable } from './exportable.ts'
import { findProgram } from './find-program.ts'

/** The options of `gmemtest repro`. */
export interface ReproOptions {
  readonly results: string
  readonly c?: true
  readonly mail?: true
  readonly bundle?: string
  readonly output?: string
  readonly kernel?: string
  readonly aptSuite?: string
}

/** Exports the program of a test, and returns the exit code. */
export async function exportProgram(test: string, options: ReproOptions, context: CommandContext): Promise<number> {
  const { c, mail, bundle, output } = options
  const forms = [c, mail, bundle].filter((form) => form !== undefined)
  if (forms.length !== 1) {
    const message =
      forms.length === 0 ? 'the form of the export is missing' : 'more than one form of the export is given'
    throw new UsageError('USAGE', message, { hint: 'give one of --c, --mail and --bundle DIR' })
  }
  if (bundle !== undefined && output !== undefined) {
    throw new UsageError('USAGE', '--output names one file, and --bundle writes a directory', {
      hint: 'leave --output out',
    })
  }
  const program = await findProgram(test, { ...options, signal: context.signal })
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

/** Returns the definition of the kernel of a bundle. */
async function definitionOf(
  { file, kernel, mutant: name }: Exportable,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<KernelDefinition> {
  const chosen = wanted ?? kernel
  if (chosen === undefined) {
    throw new UsageError('USAGE', `no results beside ${file} tell its kernel`, {
      hint: 'choose one with --kernel NAME',
    })
  }
  const definition = await loadUsableDefinition(chosen, { signal })
  if (wanted !== undefined || name === undefined) return definition
  const mutant = (await readMutants(definition)).find((each) => each.name === name)
  if (mutant !== undefined) return withMutant(definition, mutant)
  throw new UsageError('MUTANT_UNKNOWN', `the series of ${kernel} has no mutant '${name}' any more`, {
    hint: 'choose a kernel with --kernel',
  })
}

async function bundleOf(
  program: Exportable,
  directory: string,
  options: ReproOptions,
  context: CommandContext,
): Promise<number> {
  const { stderr, signal } = context
  // Before a kernel is built: the program may have no form in C.
  const source = await program.source()
  await requireEnvironment()
  await makeEmpty(directory)
  const definition = await definitionOf(program, options.kernel, signal)
  using line = progressLine(stderr, context.isTty)
  const kernel = await provideKernel(definition, buildOptions(line, definition, options, signal))
  await writeBundle({
    directory,
    source,
    kernel: path.dirname(kernel.vmlinux),
    words: bootWords(definition),
    profile: program.profile,
    cache: cacheDirectory(),
    signal,
  })
  line[Symbol.dispose]()
  stderr.write(`gmemtest: ${path.join(copiablePath(path.resolve(directory)), 'repro.sh')} runs it in QEMU\n`)
  return exitCodes.ok
}

/** @throws {UsageError} BUNDLE_NOT_EMPTY */
async function makeEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const [first] = await readdir(directory)
  if (first === undefined) return
  throw new UsageError('BUNDLE_NOT_EMPTY', `${directory} already has ${first}`, { hint: 'name an empty directory' })
}
