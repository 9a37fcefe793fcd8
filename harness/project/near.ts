// Names that someone may have meant: for the hint of "there is no such …".

/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
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

/** The names that are near to what was typed, nearest first, at most `limit`: close in spelling, or sharing a word. */
export function nearest(typed: string, names: readonly string[], limit = 5): string[] {
  const text = typed.toLowerCase()
  const words = text.split(/[^a-z0-9]+/).filter((word) => word.length >= 3)
  return names
    .map((name) => {
      const edits = distance(text, name.toLowerCase())
      const shared = words.filter((word) => name.toLowerCase().includes(word)).length
      const close = edits <= Math.max(2, Math.floor(Math.max(text.length, name.length) / 3))
      return { name, score: shared * 100 - edits, near: close || shared > 0 }
    })
    .filter((candidate) => candidate.near)
    .toSorted((left, right) => right.score - left.score || left.name.localeCompare(right.name))
    .slice(0, limit)
    .map((candidate) => candidate.name)
}
