// The lines by which a test marks its beginning and its end in the kernel's log. Names of files and tools rely on them:
// the word `scenario` stays, also for tests that are no scenarios.

export const markerPrefix = 'gmemtest: scenario'

/** Matches any marker in a line; the groups are the name of the test and `begins` or `ended`. */
export const anyMarker: RegExp = new RegExp(`${markerPrefix} (\\S+) (begins|ended)`)

/** The text that a test writes before its first operation. */
export function beginMarker(name: string): string {
  return `${markerPrefix} ${name} begins`
}

/** The text that a test writes after its last operation. */
export function endMarker(name: string): string {
  return `${markerPrefix} ${name} ended`
}

/** Gives the lines before the first begin marker of a test; none when the marker is not among the lines. */
export function linesBefore(name: string, lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.includes(beginMarker(name)))
  return lines.slice(0, Math.max(0, begin))
}

/** Gives the operations of an agent after the last begin marker of a test; all when the marker is not among them. */
export function operationsSince(name: string, operations: readonly string[]): readonly string[] {
  const begin = operations.findLastIndex((line) => line.includes(beginMarker(name)))
  return operations.slice(begin + 1)
}
