// How long scenarios took the last time: with several machines, the longest begin first.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

interface Of {
  readonly definition: { readonly name: string }
  readonly accelerator: { readonly name: string }
}

function fileOf(cache: string, { definition, accelerator }: Of): string {
  return path.join(cache, 'durations', `${definition.name}-${accelerator.name}.json`)
}

/** Milliseconds by the names of scenarios; those that have not passed yet are missing. */
export async function readDurations(cache: string, of: Of): Promise<Map<string, number>> {
  try {
    const known: unknown = JSON.parse(await readFile(fileOf(cache, of), 'utf8'))
    if (typeof known !== 'object' || known === null) return new Map()
    return new Map(
      Object.entries(known).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    )
  } catch {
    // There was no run yet, or somebody has harmed the file: only the order of the scenarios depends on it.
    return new Map()
  }
}

/** Keeps them for the next run. */
export async function rememberDurations(
  cache: string,
  of: Of,
  durations: ReadonlyMap<string, number>,
): Promise<void> {
  const file = fileOf(cache, of)
  // One that a killed run has left is written over.
  const temporary = `${file}.new`
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(temporary, JSON.stringify(Object.fromEntries(durations)))
    await rename(temporary, file)
  } catch {
    // A full or read-only cache costs the next run some time, and this one nothing.
  }
}
