// Finds scenario files: in a directory, and one level below it, in the folders of topics.
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { hasCode, messageOf, UsageError } from '../../base/errors.ts'
import { inProject } from '../../base/paths.ts'
import { fromDirectoryOf } from '../../base/select.ts'

/** The name of the suite in the events. */
export const scenarioSuite = 'scenarios'

/** A file that holds a scenario. */
export interface ScenarioFile {
  /** The base name of the file, which is the name of the scenario. */
  readonly name: string
  /** The folder of the file below the directory; absent for a file directly in the directory. */
  readonly topic?: string
  /** The absolute path. */
  readonly file: string
  /** Another file of the same name in another topic: the name does not say which of them is meant. */
  readonly double?: string
}

// The folder of modules that scenarios share.
const helpers = 'common'

/**
 * Lists the scenario files of a directory by name, in alphabetical order, as `findScenarioFiles` does.
 * @throws {UsageError} SCENARIOS_MISSING as there, SCENARIO_INVALID when two topics hold a scenario of the same name
 */
export async function listScenarioFiles(directory: string = inProject('tests/scenarios')): Promise<ScenarioFile[]> {
  const files = await findScenarioFiles(directory)
  const double = files.find((file) => file.double !== undefined)
  if (double !== undefined) throw doubleName(double)
  return files
}

/**
 * Lists the scenario files of a directory by name, in alphabetical order. Of files with the same name, only the first is
 * listed, as a `double`.
 * @throws {UsageError} SCENARIOS_MISSING when the directory cannot be read or holds no scenario
 */
export async function findScenarioFiles(directory: string = inProject('tests/scenarios')): Promise<ScenarioFile[]> {
  const root = path.resolve(directory)
  const entries = await entriesOf(root)
  const topics = entries.filter((entry) => entry.isDirectory() && entry.name !== helpers && !entry.name.startsWith('.'))
  const inTopics = await Promise.all(
    topics.map(async ({ name: topic }) => filesIn(await entriesOf(path.join(root, topic)), topic)),
  )
  const files = [...filesIn(entries), ...inTopics.flat()].toSorted(byName)
  if (files.length === 0) {
    throw new UsageError('SCENARIOS_MISSING', `there is no scenario in ${directory}`, {
      hint: 'a scenario is a file NAME.ts in that directory or in a folder of it (docs/scenarios.md)',
    })
  }
  return Array.from(Map.groupBy(files, ({ name }) => name).values()).flatMap(([first, second]) =>
    first === undefined ? [] : [second === undefined ? first : { ...first, double: second.file }],
  )
}

function byName(a: ScenarioFile, b: ScenarioFile): number {
  const [first, second] = a.name === b.name ? [a.file, b.file] : [a.name, b.name]
  return first < second ? -1 : 1
}

/** Returns the error for a file whose name another file has as well. */
export function doubleName({ name, file, double = file }: ScenarioFile): UsageError {
  return new UsageError('SCENARIO_INVALID', `two scenarios in ${file}:1 and ${double}:1 have the name ${name}`, {
    hint: 'rename one of them: a name must say which scenario ran',
  })
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  return await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    const message = problemOf(directory, cause)
    const isFile = hasCode(cause, 'ENOTDIR') && directory.endsWith('.ts')
    const hint = isFile ? fromDirectoryOf(directory) : 'give the directory that has the files NAME.ts'
    throw new UsageError('SCENARIOS_MISSING', message, { cause, hint })
  })
}

function problemOf(directory: string, cause: unknown): string {
  if (hasCode(cause, 'ENOENT')) return `there is no directory ${directory}`
  if (hasCode(cause, 'ENOTDIR')) return `${directory} is not a directory`
  return `cannot read the scenarios in ${directory}: ${messageOf(cause)}`
}

function filesIn(entries: readonly Dirent[], topic?: string): ScenarioFile[] {
  return (
    entries
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && entry.name.endsWith('.ts'))
      // Editors put lock files and copies with such names beside a file.
      .filter((entry) => !entry.name.startsWith('.'))
      .map((entry) => ({
        name: path.basename(entry.name, '.ts'),
        file: path.join(entry.parentPath, entry.name),
        ...(topic === undefined ? {} : { topic }),
      }))
  )
}
