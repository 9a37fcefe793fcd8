// How often the lines of source files ran.

/** For each file, by its path in the tree: how often each of its lines with code ran. */
export type LineCounts = ReadonlyMap<string, ReadonlyMap<number, number>>

/** Adds counts up: of several objects that include one file, of several instances, of several tests. */
export function sumOf(...all: readonly LineCounts[]): LineCounts {
  const sum = new Map<string, Map<number, number>>()
  for (const [file, lines] of all.flatMap((counts) => [...counts])) {
    const own = sum.get(file) ?? new Map<number, number>()
    for (const [line, count] of lines) own.set(line, (own.get(line) ?? 0) + count)
    sum.set(file, own)
  }
  return sum
}

/** Lists the lines that ran more often in `after` than in `before`. */
export function ranBetween(before: LineCounts, after: LineCounts): Map<string, number[]> {
  const ran = new Map<string, number[]>()
  for (const [file, lines] of after) {
    const known = before.get(file)
    const more = [...lines].flatMap(([line, count]) => (count > (known?.get(line) ?? 0) ? [line] : []))
    if (more.length > 0) ran.set(file, more)
  }
  return ran
}
