// The markers on the console around each test; whatever reads a console log finds the tests by them.

/** What a marker begins with, for suites of all kinds. */
export const markerPrefix = 'gmemtest: scenario'

/** Returns the marker at the beginning of a test. */
export function beginMarker(name: string): string {
  return `${markerPrefix} ${name} begins`
}

/** Returns the marker at the end of a test. */
export function endMarker(name: string): string {
  return `${markerPrefix} ${name} ended`
}

/** Returns the lines before the first begin marker of the test; none when it is not among them. */
export function linesBefore(name: string, lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.includes(beginMarker(name)))
  return lines.slice(0, Math.max(0, begin))
}

/** Returns the operations of the agent since the test began, as far back as the agent remembers them. */
export function operationsSince(name: string, operations: readonly string[]): readonly string[] {
  const begin = operations.findLastIndex((line) => line.includes(beginMarker(name)))
  return operations.slice(begin + 1)
}
