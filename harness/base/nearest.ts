// Finds the names that are similar to a mistyped one, for hints.

/** Counts the edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
function distance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}

function wordsOf(text: string): string[] {
  return text.split(/[^a-z0-9]+/)
}

/** Returns whether at most one letter in three is wrong. */
function isSlip(typed: string, meant: string): boolean {
  return distance(typed, meant) <= Math.floor(typed.length / 3)
}

/**
 * Returns at most `limit` names, nearest first: names with a similar spelling, or with a word that is similar to a typed
 * word.
 */
export function nearest(typed: string, names: readonly string[], limit = 5): string[] {
  const text = typed.toLowerCase()
  const words = wordsOf(text).filter((word) => word.length >= 3)
  return names
    .map((name) => {
      const candidate = name.toLowerCase()
      const edits = distance(text, candidate)
      const shared = words.filter((word) => candidate.includes(word)).length
      const similar = words.filter((word) => wordsOf(candidate).some((other) => isSlip(word, other))).length
      const close = edits <= Math.max(2, Math.floor(Math.max(text.length, name.length) / 3))
      return { name, score: shared * 100 + similar * 50 - edits, near: close || shared + similar > 0 }
    })
    .filter((candidate) => candidate.near)
    .toSorted((left, right) => right.score - left.score || left.name.localeCompare(right.name))
    .slice(0, limit)
    .map((candidate) => candidate.name)
}

/** Returns the hint for a mistyped name: the nearest name, if there is one, before all names. */
export function tryNearest(typed: string, names: readonly string[], all: string): string {
  const [near] = nearest(typed, names)
  return near === undefined ? all : `try '${near}'; ${all}`
}
