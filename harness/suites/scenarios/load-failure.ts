// The place of a mistake for which a scenario file cannot be loaded, and the error for it.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { messageOf, UsageError } from '../../base/errors.ts'
import { isOfHarness } from '../../base/paths.ts'

/**
 * Returns the error for a file that cannot be loaded because of `cause`: with the file and the line of the mistake, which may
 * lie in a module that the file imports.
 */
export async function notLoaded(file: string, cause: unknown): Promise<UsageError> {
  const place = placeIn(cause) ?? (await placeOfImport(cause)) ?? `${file}:1`
  if (cause instanceof UsageError) return wrapped(`${place}: ${cause.message}`, cause, cause.hint)
  const shown = place.startsWith(`${file}:`) ? place : `${file}:1 cannot be loaded because of ${place}`
  const isLost = /Cannot find module '.*harness\/api\.ts'/.test(messageOf(cause))
  const hint = isLost ? "import from 'gmemtest', which is the api of the gmemtest that runs" : undefined
  const verb = shown === place ? ' cannot be loaded' : ''
  return wrapped(`${shown}${verb}: ${messageOf(cause)}`, cause, hint)
}

/** Returns the error for a file whose default export is wrong: with the line of that export. */
export async function invalidExport(file: string, problem: string, hint: string): Promise<UsageError> {
  const line = await lineWith(file, /^\s*export\s+(?:default\b|\{.*\bdefault\b)/)
  return new UsageError('SCENARIO_INVALID', `${file}:${line} ${problem}`, { hint })
}

function wrapped(message: string, cause: unknown, hint: string | undefined): UsageError {
  return new UsageError('SCENARIO_INVALID', message, { cause, ...(hint === undefined ? {} : { hint }) })
}

/** Returns the first place in the stack of an error outside of gmemtest and Node; a syntax error has its place on top. */
function placeIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  for (const line of (error.stack ?? '').split('\n')) {
    const { place, number } =
      /^(?:\s+at (?:.*\()?)?(?:async )?(?<place>(?:file:\/\/)?\/.*?):(?<number>\d+)(?::\d+)?\)?$/.exec(line)?.groups ??
      {}
    const file = place?.startsWith('file:') === true ? fileOf(place) : place
    if (file !== undefined && !isOfHarness(file)) return `${file}:${number}`
  }
  return undefined
}

function fileOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

/** Returns the place of the import of a module that does not exist: Node names only the file. */
async function placeOfImport(error: unknown): Promise<string | undefined> {
  const { missing, file } =
    /Cannot find (?:module|package) '(?<missing>[^']+)' imported from (?<file>.+)$/.exec(messageOf(error))?.groups ?? {}
  if (missing === undefined || file === undefined) return undefined
  const name = missing.slice(missing.lastIndexOf('/') + 1)
  const escaped = name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)
  return `${file}:${await lineWith(file, new RegExp(`(?:from|import)\\b.*['"\`/]${escaped}['"\`/]`))}`
}

/** Returns the number of the first line that matches, and 1 when no line does. */
async function lineWith(file: string, pattern: RegExp): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return (
    Math.max(
      0,
      text.split('\n').findIndex((line) => pattern.test(line)),
    ) + 1
  )
}
