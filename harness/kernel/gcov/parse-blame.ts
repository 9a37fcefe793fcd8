// Reads the output of git blame --porcelain.

/** A line of the file, and the first line of the message of the commit that wrote it. */
export interface BlamedLine {
  readonly line: number
  readonly text: string
  readonly summary: string
}

/** Reads the porcelain format: what it tells of a commit stands only before the first line of that commit. */
export function parseBlame(output: string): BlamedLine[] {
  const summaries = new Map<string, string>()
  const lines: BlamedLine[] = []
  let current = { commit: '', line: 0 }
  for (const each of output.split('\n')) {
    const [, commit, line] = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(each) ?? []
    if (each.startsWith('\t')) {
      lines.push({ line: current.line, text: each.slice(1), summary: summaries.get(current.commit) ?? '' })
    } else if (commit !== undefined) current = { commit, line: Number(line) }
    else if (each.startsWith('summary ')) summaries.set(current.commit, each.slice('summary '.length))
  }
  return lines
}

/** Returns the name of the function whose definition begins in a line of C: as in the heads of hunks, it stands at the margin. */
export function functionBegunBy(text: string): string | undefined {
  return /^[a-z_][^()=;]*?(\w+)\(/i.exec(text)?.[1]
}
