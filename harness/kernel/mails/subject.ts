// What the subject of a mail says about its patch: `[RFC PATCH v2 03/12] kvm: title`.

/** The parts of a subject. */
export interface SubjectFacts {
  /** It answers another mail: `Re:`, also in other languages. */
  readonly isReply: boolean
  /** The version of the series; 1 without one. */
  readonly version: number
  readonly isRfc: boolean
  readonly isResend: boolean
  /** The number of the patch, from 1; 0 for a cover letter. Undefined for a mail without a number. */
  readonly number: number | undefined
  /** How many patches the series has; 1 without a number. */
  readonly total: number
  /** What stands behind the brackets. */
  readonly title: string
}

// git and the mail programs write prefixes in front of each other: `[kvm] Re: [PATCH 1/2] title`.
const reply = /^(?:re|aw|antw|sv|vs|odp|ynt|回复|答复|返信)(?:\[\d+\]|\^\d+)?\s*[:：]\s*/i
const forward = /^(?:fwd?|wg|tr|转发)\s*[:：]\s*/i
const bracket = /^\[([^\]]*)\]\s*/
/** Some archives drop the brackets. */
const bare = /^((?:RFC |RESEND )*PATCH(?:v\d+)?\b(?: v\d+| \d+ ?\/ ?\d+| \d+ of \d+| RFC| RESEND)*)\s*:\s*/i

const number = /(?<![\d.\w/])(\d{1,4}) ?(?:\/| of ) ?(\d{1,4})(?![\d./])/
/** Not the version of a kernel, as in `[PATCH v6.12 1/3]`. */
const version = /(?:(?<![a-z\d.])|(?<=patch))v(\d{1,3})(?![\w.])/i

/** Reads a decoded subject. */
export function readSubject(subject: string): SubjectFacts {
  let [title, isReply] = [subject.trim(), false]
  const words: string[] = []
  for (;;) {
    const [prefix = '', word] = bracket.exec(title) ?? reply.exec(title) ?? forward.exec(title) ?? []
    if (prefix === '') break
    if (word !== undefined) words.push(word)
    else isReply ||= reply.test(title)
    title = title.slice(prefix.length)
  }
  if (words.length === 0) {
    const [prefix = '', word] = bare.exec(title) ?? []
    if (word !== undefined) words.push(word)
    title = title.slice(prefix.length)
  }
  const prefix = words.join(' ')
  const [, found, total] = number.exec(prefix) ?? []
  return {
    isReply,
    version: Number(version.exec(prefix)?.[1] ?? 1),
    isRfc: /\bRFC/i.test(prefix),
    isResend: /\bRESEND\b/i.test(prefix),
    number: found === undefined ? undefined : Number(found),
    total: Number(total ?? 1),
    title,
  }
}

/** Returns a title without what mail programs and authors change between two versions: case, blanks, punctuation. */
export function plainTitle({ title }: Pick<SubjectFacts, 'title'>): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** Returns the version as the mailing lists write it: `v3`, `RFC v2`. */
export function versionName({ version: count, isRfc, isResend }: SubjectFacts): string {
  return `${isRfc ? 'RFC ' : ''}${isResend ? 'RESEND ' : ''}v${count}`
}
