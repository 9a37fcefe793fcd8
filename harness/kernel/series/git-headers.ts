// The lines around the hunks of a diff, as git patch-id needs them: it passes over files without a line `diff --git`, and
// text behind a hunk ends the patch for it.

const hunk = /^@@ -\d+(?:,(?<old>\d+))? \+\d+(?:,(?<new>\d+))? @@/

/**
 * Returns the diff with a line `diff --git` for each file that has none, and without the text between files (the lines
 * `Index:` of quilt, the signature of a mail), so that `git patch-id` names it as a commit.
 */
export function withGitHeaders(diff: string): string {
  const lines = diff.replace(/\n$/, '').split('\n')
  const all: string[] = []
  let isNamed = false
  let isBehindHunk = false
  let [removed, added] = [0, 0]
  for (const [index, line] of lines.entries()) {
    const isInHunk = removed > 0 || added > 0
    const counts = isInHunk ? undefined : hunk.exec(line)?.groups
    if (isInHunk) {
      if (!line.startsWith('+') && !line.startsWith('\\')) removed -= 1
      if (!line.startsWith('-') && !line.startsWith('\\')) added -= 1
      isBehindHunk = removed <= 0 && added <= 0
    } else if (counts !== undefined) {
      ;[removed, added] = [Number(counts['old'] ?? 1), Number(counts['new'] ?? 1)]
      isNamed = false
      isBehindHunk = false
    } else if (line.startsWith('diff ')) {
      isNamed ||= line.startsWith('diff --git ')
      isBehindHunk = false
    } else if (!isNamed && line.startsWith('--- ') && lines[index + 1]?.startsWith('+++ ') === true) {
      all.push(`diff --git ${namesOf(line, lines[index + 1] ?? '').join(' ')}\n`)
      isBehindHunk = false
    }
    if (isInHunk || !isBehindHunk || line.startsWith('\\')) all.push(`${line}\n`)
  }
  return all.join('')
}

/** Returns both names of a file; that of a new or a removed file stands on one side alone. */
function namesOf(before: string, after: string): [string, string] {
  const [old = '', now = ''] = [before, after].map((line) => line.slice('--- '.length).replace(/\t.*$/, ''))
  if (old === '/dev/null') return [now.replace(/^b\//, 'a/'), now]
  return [old, now === '/dev/null' ? old.replace(/^a\//, 'b/') : now]
}
