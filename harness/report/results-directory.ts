// The directory of a run's results, and the record of the run.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, messageOf, UsageError } from '../base/errors.ts'
import { freeBytes, isDiskFull, noSpaceLeft } from '../base/free-space.ts'
import { isFindingName, keptName, programName, resultNames, vmcoreName } from '../base/result-names.ts'
import { reportWords } from './formats.ts'
import { visibleJson } from './plain.ts'
import { readEvent } from './stored/read-events.ts'
import { makeDirectories } from '../base/make-directories.ts'

// A flooded console has some megabytes. On a full disk the console stays empty, and the kernel would seem silent.
const neededMebibytes = 16
/** The first characters of each event. */
const lineStart = '{"time":'
const otherPlace = '--output DIR chooses another place'

export interface ResultsOptions {
  /** The argument of --output. */
  readonly output: string | undefined
  readonly kernel: string
  readonly now: Date
  /** Called with the directory before a file in it is removed or written. */
  readonly claim?: (directory: string) => Promise<void>
  /** Returns the free bytes of a directory; the default asks the file system. */
  readonly free?: (directory: string) => Promise<number>
}

/**
 * Makes the directory: the one of --output, from which earlier results are removed, or a new one in ./results, to which
 * `latest` then points.
 * @throws {UsageError} RESULTS_FOREIGN when a file of --output has the name of a result, but is of no earlier run
 * @throws {InfraError} RESULTS_UNWRITABLE
 * @throws {InfraError} NO_SPACE when the disk is too full to begin
 */
export async function makeResultsDirectory(options: ResultsOptions): Promise<string> {
  const { output, free = freeBytes } = options
  const directory = await makeDirectory(options)
  try {
    await options.claim?.(directory)
    const left = Math.floor((await free(directory)) / 2 ** 20)
    if (left < neededMebibytes) {
      throw new InfraError('NO_SPACE', `results need ${neededMebibytes} MiB in ${directory}, ${left} MiB are free`, {
        hint: `free some space; ${otherPlace}`,
      })
    }
    // Not earlier: a run that cannot begin leaves `latest` and earlier results as they are.
    if (output === undefined) await pointTo(directory)
    else await removeResults(directory)
    return directory
  } catch (error) {
    if (output === undefined) await rmdir(directory).catch(() => undefined)
    throw error
  }
}

/** Removes the results of an earlier run. */
async function removeResults(directory: string): Promise<void> {
  try {
    const names = await readdir(directory)
    const isEarlier = await earlierRun(directory)
    if (isEarlier === undefined) return refuseForeign(directory, names)
    const named = names.filter(isEarlier)
    for (const name of [resultNames.consoles, resultNames.coverage]) {
      await rm(path.join(directory, name), { recursive: true, force: true })
    }
    // The events go last: they prove that the other files belong to gmemtest.
    const targets = Object.values(reportWords).flat()
    const reports = targets.flatMap(({ to }) => (to === 'annotations' ? [] : [to.file]))
    const first = reports.filter((name) => name !== resultNames.events)
    for (const name of [...named, ...first, resultNames.provenance, resultNames.events]) {
      await rm(path.join(directory, name), { force: true })
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw unwritable(`results to ${directory}`, directory, cause)
  }
}

/** Refuses a directory whose files a run would overwrite, although no events prove that they are of an earlier run. */
function refuseForeign(directory: string, names: readonly string[]): void {
  const foreign = names.find((name) => Object.values<string>(resultNames).includes(name) || isConsole(name, ''))
  if (foreign === undefined) return
  const why =
    foreign === resultNames.events
      ? `${directory} has a ${foreign} that is not of gmemtest`
      : `${directory} has a ${foreign} but no ${resultNames.events} of gmemtest, so it is not of an earlier run`
  throw new UsageError('RESULTS_FOREIGN', why, { hint: `move ${foreign} away; ${otherPlace}` })
}

/**
 * Returns a predicate for the names of consoles, dumps and findings of the run whose events are in the directory; undefined when the
 * directory has no events of gmemtest.
 */
async function earlierRun(directory: string): Promise<((name: string) => boolean) | undefined> {
  const file = path.join(directory, resultNames.events)
  const events = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (events === undefined) return undefined
  // A full disk leaves an empty file, or cuts off its first line.
  if (!events.includes('\n') && lineStart.startsWith(events.slice(0, lineStart.length)))
    return (name) => isConsole(name, '')
  const first = readEvent(events.split('\n', 1)[0] ?? '')
  if (first?.type === 'run-started') {
    const tests: readonly unknown[] = Array.isArray(first['tests']) ? first['tests'] : []
    const own = new Set([keptName, ...tests].flatMap((name) => [vmcoreName(String(name)), programName(String(name))]))
    return (name) => isConsole(name, '') || own.has(name) || isFindingName(name)
  }
  const mutants: unknown = first?.type === 'mutants-started' ? first['mutants'] : undefined
  if (!Array.isArray(mutants)) return undefined
  const stems = ['control', ...mutants].map((name) => `-${name}`)
  const ofProgram = programName('').replace(/-\.json$/, '')
  const isProgram = (name: string, stem: string): boolean =>
    name.startsWith(`${ofProgram}${stem}-`) && name.endsWith('.json')
  return (name) => stems.some((stem) => isConsole(name, stem) || isProgram(name, stem))
}

/** Tells whether a name is that of a console with this stem, with a number or without. */
function isConsole(name: string, stem: string): boolean {
  const start = `${path.basename(resultNames.console, '.log')}${stem}`
  return name.startsWith(start) && /^(-\d+)?\.log$/.test(name.slice(start.length))
}

async function makeDirectory(options: ResultsOptions): Promise<string> {
  const { output, kernel, now } = options
  const stamp = now.toISOString().replaceAll(/:|\.\d+/g, '')
  const wanted = path.resolve(output ?? path.join('results', `${stamp}-${kernel}`))
  try {
    if (output !== undefined) {
      await makeDirectories(wanted)
      return wanted
    }
    await makeDirectories(path.dirname(wanted))
    return await makeNew(wanted)
  } catch (cause) {
    throw unwritable(`results to ${wanted}`, path.dirname(wanted), cause)
  }
}

/** Makes a new directory, with a number when two runs begin in the same second. */
async function makeNew(wanted: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const directory = number === 1 ? wanted : `${wanted}-${number}`
    try {
      await mkdir(directory)
      return directory
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

/** Replaces the link `results/latest` in one step. */
async function pointTo(directory: string): Promise<void> {
  const link = path.join(path.dirname(directory), 'latest')
  const temporary = `${link}.${randomUUID()}`
  try {
    await symlink(path.basename(directory), temporary)
    await rename(temporary, link)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw unwritable(`the link ${link}`, directory, cause, `remove ${link}, or: ${otherPlace}`)
  }
}

/**
 * Writes the record of the run; later calls replace it.
 * @throws {InfraError} RESULTS_UNWRITABLE, NO_SPACE
 */
export async function writeProvenance(directory: string, record: object): Promise<void> {
  const file = path.join(directory, resultNames.provenance)
  try {
    await writeFile(`${file}.new`, `${visibleJson(JSON.stringify(record, undefined, 2))}\n`)
    await rename(`${file}.new`, file)
  } catch (cause) {
    await rm(`${file}.new`, { force: true })
    throw unwritable(file, directory, cause)
  }
}

/** Returns the error for a file in the directory of the results that cannot be written. */
export function unwritable(what: string, directory: string, cause: unknown, hint: string = otherPlace): InfraError {
  if (isDiskFull(cause)) return noSpaceLeft(directory, otherPlace, cause)
  return new InfraError('RESULTS_UNWRITABLE', `cannot write ${what}: ${messageOf(cause)}`, { cause, hint })
}
