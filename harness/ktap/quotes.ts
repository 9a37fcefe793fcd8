// The output of a program that its runner has put behind `# `.
import type { Numbering } from './line.ts'
import type { LogLine } from './log-lines.ts'
import { withoutQuote } from './prefix.ts'

/** Gives the lines that are quoted in some output, if there are results in them. */
export function quotedIn(
  log: readonly LogLine[],
): { readonly lines: readonly LogLine[]; readonly numbering: Numbering } | undefined {
  const lines = log
    .filter(({ text }) => /^\s*#/.test(text))
    .map(({ number, text }) => ({ number, text: withoutQuote(text) }))
  if (!lines.some(({ text }) => /^\s*(?:not ok|ok|1\.\.\d)/.test(text))) return undefined
  // Without a version line, a program may say `ok` about anything.
  const isTap = lines.some(({ text }) => /^TAP version \d+$/.test(text))
  return { lines, numbering: isTap ? 'optional' : 'required' }
}
