// How long scenarios took in the last run: with several instances, the longest begin first.
import path from 'node:path'
import { readJson, rememberJson } from '../cache/atomic-file.ts'

interface Of {
  readonly definition: { readonly name: string }
  readonly accelerator: { readonly name: string }
}

function fileOf(cache: string, { definition, accelerator }: Of): string {
  return path.join(cache, 'durations', `${definition.name}-${accelerator.name}.json`)
}

/** Reads milliseconds by the names of scenarios; a scenario that has not passed yet is absent. */
export async function readDurations(cache: string, of: Of): Promise<Map<string, number>> {
  const known = await readJson(fileOf(cache, of))
  if (typeof known !== 'object' || known === null) return new Map()
  return new Map(Object.entries(known).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
}

/** Keeps durations for the next run. */
export async function rememberDurations(cache: string, of: Of, durations: ReadonlyMap<string, number>): Promise<void> {
  await rememberJson(fileOf(cache, of), Object.fromEntries(durations))
}
