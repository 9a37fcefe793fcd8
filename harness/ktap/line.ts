// Classifies the lines of TAP and KTAP. Indentation has no meaning: programs and kernels nest by headers.

const otherDirectives = ['TODO', 'XFAIL', 'XPASS', 'TIMEOUT', 'ERROR'] as const

/** The words with a meaning behind ` # ` in a result line. */
export type Directive = 'SKIP' | (typeof otherDirectives)[number]

export interface ResultLine {
  readonly kind: 'result'
  readonly ok: boolean
  /** Missing in TAP without numbers: `ok - it works`. */
  readonly number: number | undefined
  readonly name: string
  readonly directive: Directive | undefined
  /** The text behind the directive; without a directive the whole comment, e.g. `exit=1`. */
  readonly reason: string | undefined
}

/** A line by its kind. `skip` is the reason of a plan to run nothing, and missing in any other plan. */
export type KtapLine =
  | { readonly kind: 'version'; readonly protocol: 'TAP' | 'KTAP'; readonly version: number }
  | { readonly kind: 'subtest'; readonly name: string }
  | { readonly kind: 'plan'; readonly count: number; readonly skip: string | undefined }
  | ResultLine
  | { readonly kind: 'bail-out'; readonly reason: string }
  /** A failure that is no result, since KTAP requires a number and no # in the name. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'text' }

/** Whether a result must have its number: KTAP requires it, TAP does not. */
export type Numbering = 'required' | 'optional'

const versionLine = /^\s*(?<protocol>KTAP|TAP) version (?<version>\d+)$/
const subtestLine = /^\s*# Subtest: (?<name>.*)$/
const planLine = /^\s*1\.\.(?<count>\d+)(?<rest>.*)$/
// SKIP must be a word of its own: `# skipping because of EIO` and `# skip-list is broken` are no directives.
const planSkip = /^\s*#\s*SKIP(?:PED)?(?!\w|-\w)[:,.\s-]*(?<reason>.*)$/i
const bailOutLine = /^\s*Bail out!\s*(?<reason>.*)$/i
// A line with `#` within the name is no result, but a kernel message.
const numberedResult = /^\s*(?<word>ok|not ok) (?<number>\d+) ?(?::?- )?(?<name>[^#]*?)(?: # (?<comment>.*))?$/
const anyResult =
  /^\s*(?<word>ok|not ok)(?= |$)(?: (?<number>\d+)\b)? ?(?:- )?(?<name>(?!# ).*?)(?: # (?<comment>.*))?$/
const skipDirective = /(?:^| # )SKIP(?:PED)?(?!\w|-\w)[:,.-]*\s*(?<reason>.*)$/i
const otherDirective = /^(?<word>TODO|XFAIL|XPASS|TIMEOUT|ERROR)\b\s*(?<reason>.*)$/i

/** The first characters of all lines that are no text. */
const telling = /^\s*(?:ok|not ok|K?TAP |# |1\.\.|bail)/i
const failure = /^\s*not ok(?: |$)/

/** Classifies a line and parses its parts. */
export function classify(line: string, numbering: Numbering): KtapLine {
  if (!telling.test(line)) return { kind: 'text' }
  const result = (numbering === 'required' ? numberedResult : anyResult).exec(line)?.groups
  if (result !== undefined) return resultOf(result)
  const version = versionLine.exec(line)?.groups
  if (version !== undefined) {
    const protocol = version['protocol'] === 'KTAP' ? 'KTAP' : 'TAP'
    return { kind: 'version', protocol, version: Number(version['version']) }
  }
  const subtest = subtestLine.exec(line)?.groups
  if (subtest !== undefined) return { kind: 'subtest', name: subtest['name'] ?? '' }
  const plan = planLine.exec(line)?.groups
  if (plan !== undefined) {
    const skip = planSkip.exec(plan['rest'] ?? '')?.groups?.['reason']
    return { kind: 'plan', count: Number(plan['count']), skip }
  }
  const bailOut = bailOutLine.exec(line)?.groups
  if (bailOut !== undefined) return { kind: 'bail-out', reason: bailOut['reason'] ?? '' }
  return { kind: failure.test(line) ? 'broken' : 'text' }
}

function resultOf(groups: Readonly<Record<string, string | undefined>>): ResultLine {
  const { word, number, name = '', comment } = groups
  return {
    kind: 'result',
    ok: word === 'ok',
    number: number === undefined ? undefined : Number(number),
    name: name.replaceAll(/\\([\\#])/g, '$1'),
    ...directiveOf(comment),
  }
}

function directiveOf(comment: string | undefined): Pick<ResultLine, 'directive' | 'reason'> {
  if (comment === undefined) return { directive: undefined, reason: undefined }
  const skip = skipDirective.exec(comment)?.groups
  if (skip !== undefined) return { directive: 'SKIP', reason: skip['reason'] }
  const other = otherDirective.exec(comment)?.groups
  const directive = otherDirectives.find((word) => word === other?.['word']?.toUpperCase())
  return { directive, reason: directive === undefined ? comment : other?.['reason'] }
}
