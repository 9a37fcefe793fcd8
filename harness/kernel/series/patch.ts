// A patch of a series, and the part of it that identifies a build.
import { sha256 } from '../../cache/hash.ts'

/** One patch, in the order of its series. */
export interface Patch {
  /** Its name in messages: the file name, `NAME[3]: subject` for the third mail of a file, or `COMMIT ("subject")`. */
  readonly name: string
  /** The file or repository that contains it. */
  readonly origin: string
  readonly how: Reading
  readonly subject: string
  /** The Message-ID of its mail, without the angle brackets. */
  readonly messageId?: string
  /** The text that `git apply` gets, one byte in each character. */
  readonly diff: string
  /** How many directories `git apply` removes from the front of each path. */
  readonly strip: number
  /** SHA-256 of the file, of the mail, or of the diff of the commit. */
  readonly sha256: string
  /** SHA-256 of the changes; the commit message does not count. */
  readonly content: string
}

/** How git reads a patch: a diff as it is, a mail with `git mailinfo`, a commit with `git diff-tree`. */
type Reading =
  /** `isCrLf`: all its lines end in CR LF. */
  | { readonly kind: 'diff'; readonly isCrLf: boolean }
  /** `index` is the number of the mail in its file, from 1. */
  | { readonly kind: 'mail'; readonly index: number; readonly reading: MailReading }
  | { readonly kind: 'commit'; readonly commit: string }
  /** The diff of a merge, which is in no file. */
  | { readonly kind: 'text' }

/**
 * How `git mailinfo` gets a mail: as it is; with `--quoted-cr=strip`; without the blanks on empty lines; without the word
 * `flowed` in its header; or with `-n` and without its subject, for a charset that git does not know.
 */
export type MailReading = 'plain' | 'quoted-cr' | 'trimmed' | 'unflowed' | 'unknown-charset'

/** Returns the subject of a patch without the prefix of its mail, `[PATCH 3/9]`. */
export function subjectOf({ subject }: Pick<Patch, 'subject'>): string {
  return subject.replace(/^(\[[^\]]*\]\s*)+(?=\S)/, '')
}

/** Adds to a patch the hash of its changes. */
export function withContent(patch: Omit<Patch, 'content'>): Patch {
  const level = patch.strip === 1 ? '' : `\n-p${patch.strip}`
  return { ...patch, content: sha256(`${essenceOf(patch.diff)}${level}`) }
}

/** The lines at which `git apply` may begin to read; it ignores all text before them. */
const firstHeader = /^diff --git |^--- [^\n]*\n\+\+\+ /m

/** Returns whether `git apply` may find a change in a text. */
export function hasDiff(text: string): boolean {
  return firstHeader.test(text)
}

/** Returns a text without what stands before its first change. */
function textOfDiff(text: string): string {
  return text.slice(Math.max(0, text.search(firstHeader)))
}

// A line of a hunk begins with a blank, +, - or \; an empty line is one too. So no hunk contains the version of git.
const signature = /\n-- \n(?![ +\-\\\n])[^\n]+\n*$/
const times = /^(---|\+\+\+) ([^\t\n]+)\t(?!19(?:69|70))\d{4}-\d\d-\d\d [^\n]*$/gm

/**
 * Returns the part of a diff that identifies a build. It drops the text around the changes, abbreviated blob names, whose
 * length depends on the repository of the author, and the times that diff(1) writes beside file names. A time of 1970
 * stays: it means that the file is absent.
 */
export function essenceOf(text: string): string {
  const diff = textOfDiff(text).replace(signature, '\n')
  if (diff.includes('GIT binary patch')) return diff
  const named = diff.replaceAll(/^index [0-9a-f]+\.\.[0-9a-f]+[^\n]*\n/gm, '')
  return named.replaceAll(/^--- [^\n]*\n\+\+\+ [^\n]*\n(?=@@ -)/gm, (header) => header.replaceAll(times, '$1 $2'))
}
