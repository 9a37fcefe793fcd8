// The directory of one run's results, and the record of what was run.
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, messageOf } from '../project/errors.ts'
import { freeBytes, isDiskFull, noSpaceLeft } from '../project/free-space.ts'

/** The names of the files in a directory of results (docs/results.md). */
export const resultNames = {
  events: 'results.jsonl',
  tap: 'results.tap',
  provenance: 'provenance.json',
  console: 'console.log',
} as const

// A console that floods is some megabytes. On a full disk it stays empty, and a kernel would seem to say nothing.
const neededMebibytes = 16
const otherPlace = '--output DIR chooses another place'

export interface ResultsOptions {
  /** What --output said. */
  readonly output: string | undefined
  readonly kernel: string
  readonly now: Date
  /** How many bytes are free in a directory; the file system is asked if not given. */
  readonly free?: (directory: string) => Promise<number>
}

/**
 * Makes the directory: the one that was asked for, or a new one in ./results with `latest` pointing to it.
 * @throws {InfraError} RESULTS_UNWRITABLE
 * @throws {InfraError} NO_SPACE when the disk is too full to begin
 */
export async function makeResultsDirectory(options: ResultsOptions): Promise<string> {
  const { output, free = freeBytes } = options
  const directory = await makeDirectory(options)
  const left = Math.floor((await free(directory)) / 2 ** 20)
  try {
    if (left < neededMebibytes) {
      throw new InfraError(
        'NO_SPACE',
        `results need ${neededMebibytes} MiB in ${directory}, ${left} MiB are free`,
        { hint: `free some space; ${otherPlace}` },
      )
    }
    // Not earlier: it must not point to what a run that never was leaves behind.
    if (output === undefined) await pointTo(directory)
    return directory
  } catch (error) {
    if (output === undefined) await rmdir(directory).catch(() => undefined)
    throw error
  }
}

/** Whether a file is of an earlier run: consoles of further machines, and of mutants, have names of their own. */
function isResult(name: string): boolean {
  const names: readonly string[] = Object.values(resultNames)
  return names.includes(name) || /^console-[\w-]+\.log$/.test(name)
}

async function makeDirectory(options: ResultsOptions): Promise<string> {
  const { output, kernel, now } = options
  const stamp = now
    .toISOString()
    .replaceAll(':', '')
    .replace(/\.\d+Z$/, 'Z')
  const wanted = path.resolve(output ?? path.join('results', `${stamp}-${kernel}`))
  try {
    if (output !== undefined) {
      await mkdir(wanted, { recursive: true })
      const old = (await readdir(wanted)).filter(isResult)
      await Promise.all(old.map((name) => rm(path.join(wanted, name), { force: true })))
      return wanted
    }
    await mkdir(path.dirname(wanted), { recursive: true })
    return await makeNew(wanted)
  } catch (cause) {
    throw unwritable(`results to ${wanted}`, path.dirname(wanted), cause)
  }
}

/** A directory that was not there: two runs may begin in the same second. */
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

/** `results/latest`, replaced in one step. */
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
 * Writes the record of what was run; later calls replace it.
 * @throws {InfraError} RESULTS_UNWRITABLE, NO_SPACE
 */
export async function writeProvenance(directory: string, record: object): Promise<void> {
  const file = path.join(directory, resultNames.provenance)
  try {
    await writeFile(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`)
    await rename(`${file}.new`, file)
  } catch (cause) {
    await rm(`${file}.new`, { force: true })
    throw unwritable(file, directory, cause)
  }
}

function unwritable(what: string, directory: string, cause: unknown, hint: string = otherPlace): InfraError {
  if (isDiskFull(cause)) return noSpaceLeft(directory, otherPlace, cause)
  return new InfraError('RESULTS_UNWRITABLE', `cannot write ${what}: ${messageOf(cause)}`, {
    cause,
    hint,
  })
}
