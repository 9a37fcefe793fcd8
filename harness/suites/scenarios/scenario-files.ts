// Finds scenario files: in a directory, and one level below it, in the folders of topics.
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UsageError } from '../../base/errors.ts'
import { inProject } from '../../base/paths.ts'

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
}

// The folder of modules that scenarios share.
const helpers = 'common'

/**
 * Lists the scenario files of a directory by name, in alphabetical order.
 * @throws {UsageError} SCENARIOS_MISSING when the directory cannot be read or holds no scenario, SCENARIO_INVALID when two
 * topics hold a scenario of the same name
 */
export async function listScenarioFiles(directory: string = inProject('tests/scenarios')): Promise<ScenarioFile[]> {
  const root = path.resolve(directory)
  const entries = await entriesOf(root)
  const topics = entries.filter((entry) => entry.isDirectory() && entry.name !== helpers && !entry.name.startsWith('.'))
  const inTopics = await Promise.all(
    topics.map(async ({ name: topic }) => filesIn(await entriesOf(path.join(root, topic)), topic)),
  )
  const files = [...filesIn(entries), ...inTopics.flat()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  if (files.length === 0) {
    throw new UsageError('SCENARIOS_MISSING', `there is no scenario in ${directory}`, {
      hint: 'a scenario is a file NAME.ts in that directory or in a folder of it (docs/scenarios.md)',
    })
  }
  const double = files.find(({ name }, index) => files[index + 1]?.name === name)
  if (double !== undefined) {
    throw new UsageError('SCENARIO_INVALID', `two scenarios in ${directory} have the name ${double.name}`, {
      hint: 'rename one of them: a name must say which scenario ran',
    })
  }
  return files
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  return await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    const message = `cannot read the scenarios in ${directory}: ${messageOf(cause)}`
    throw new UsageError('SCENARIOS_MISSING', message, { cause })
  })
}

function filesIn(entries: readonly Dirent[], topic?: string): ScenarioFile[] {
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.ts'))
    .map((entry) => ({
      name: path.basename(entry.name, '.ts'),
      file: path.join(entry.parentPath, entry.name),
      ...(topic === undefined ? {} : { topic }),
    }))
}
