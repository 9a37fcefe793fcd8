// The words that the completion of a shell asks for. A user waits for them: file names alone decide about them.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { listKernelDefinitions } from '../../kernel/definition/load-definition.ts'
import { namedSeries } from '../../kernel/definition/definition-paths.ts'
import { findScenarioFiles } from '../../suites/scenarios/scenario-files.ts'
import type { AskedList } from './described.ts'

/** Returns the words of a list. `line` has the words of the command line that the user types: --scenarios may be among them. */
export async function wordsOf(list: AskedList, line: readonly string[]): Promise<string[]> {
  switch (list) {
    case 'kernel':
      return await listKernelDefinitions()
    case 'mutant':
      return await mutantNames()
    case 'pattern':
      return await patterns(valueOf('--scenarios', line))
    default:
      return list satisfies never
  }
}

/** The names of the scenarios, and of the topics with a slash. */
async function patterns(directory: string | undefined): Promise<string[]> {
  const files = await findScenarioFiles(directory)
  const topics = new Set(files.flatMap(({ topic }) => (topic === undefined ? [] : [`${topic}/`])))
  return [...files.map(({ name }) => name), ...topics]
}

/** The names of the mutants of all series of the project. */
async function mutantNames(): Promise<string[]> {
  const files = await readdir(namedSeries, { recursive: true })
  const patches = files.filter((file) => path.basename(path.dirname(file)) === 'mutants' && file.endsWith('.patch'))
  return [...new Set(patches.map((file) => path.basename(file, '.patch')))].toSorted()
}

/** Returns the value of an option in an unfinished command line. */
function valueOf(option: string, line: readonly string[]): string | undefined {
  const at = line.findLastIndex((word) => word === option || word.startsWith(`${option}=`))
  const value = line[at] === option ? line[at + 1] : line[at]?.slice(option.length + 1)
  return value === '' ? undefined : value
}
