// The prefixes of a log's lines: time stamps of the kernel, of consoles and of programs that capture them, and quotes.

const printk = String.raw`\[ *\d+\.\d{6}\](?: *\[ *[TC]\d+\])?`
/** A longer text before a version line is no prefix. */
const longestPrefix = 200
const printkStamp = new RegExp(printk)
/** The ends of prefixes: of a time stamp, of a program's name with a colon, of a quote, of a stream's number in GitLab. */
const prefixEnd = /(?:[\]:>|;)]|\d(?:Z|[OE]\+?)?)$/

/** What comes before the version line of a document. */
export interface Lead {
  /** Matches the prefix of a line, up to its indentation; nothing when the lines have none. */
  readonly prefix: RegExp | undefined
  /** The blanks behind the prefix. */
  readonly indent: number
  /** Whether the rest is quoted by `# `, as runners quote the output of a program. */
  readonly isQuoted: boolean
  /** Whether the prefix is of the kernel: such a log has lines that look like results without numbers. */
  readonly isKernel: boolean
}

/** Takes apart the text before a version line; nothing when it is a text in which a version line is only mentioned. */
export function leadOf(text: string): Lead | undefined {
  if (text.length > longestPrefix) return undefined
  const quote = startOfQuote(text)
  const before = text.slice(0, quote)
  const head = before.trimEnd()
  if (head !== '' && !prefixEnd.test(head)) return undefined
  const blanks = before.length - head.length
  return {
    prefix: head === '' ? undefined : new RegExp(`^${shapeOf(head)}(?:[ \\t]|$)?`),
    indent: head === '' || blanks === 0 ? blanks : blanks - 1,
    isQuoted: quote < text.length,
    isKernel: printkStamp.test(head),
  }
}

/** Finds where the quotes at the end of a text begin; its end when there are none. */
function startOfQuote(text: string): number {
  let start = text.length
  for (let at = text.length - 1; at >= 0 && /[#\s]/.test(text.charAt(at)); at -= 1) {
    if (text.charAt(at) === '#') start = at
  }
  return start
}

/** Removes a prefix from the lines that have it. */
export function withoutPrefix(text: string, prefix: RegExp | undefined): string {
  return prefix === undefined ? text : text.replace(prefix, '')
}

/** Removes one level of quotes. */
export function withoutQuote(text: string): string {
  return text.replace(/^\s*# ?/, '')
}

/** Counts the blanks before a text; a tab counts as one level of indentation. */
export function indentOf(text: string): number {
  const blanks = /^\s*/.exec(text)?.[0] ?? ''
  return blanks.includes('\t') ? blanks.replaceAll('\t', '    ').length : blanks.length
}

/** Makes an expression for prefixes like this one: with other numbers, names of months and days, and callers. */
function shapeOf(head: string): string {
  const stamp = printkStamp.exec(head)
  if (stamp !== null)
    return `${partOf(head.slice(0, stamp.index))}${printk}${partOf(head.slice(stamp.index + stamp[0].length))}`
  return partOf(head)
}

function partOf(text: string): string {
  return text.replaceAll(/ *\d+[OE]\+?$| *\d+| +|\b[A-Z][a-z]{2}\b|[.*+?^${}()|[\]\\/-]/g, (part, at: number) => {
    if (/\d[OE]/.test(part)) return String.raw` *\d+[OE]\+?`
    // Numbers are padded by blanks; between two numbers, blanks are required.
    if (/\d/.test(part)) return /\d/.test(text.charAt(at - 1)) ? String.raw` +\d+` : String.raw` *\d+`
    if (part.startsWith(' ')) return ' +'
    return /\w/.test(part) ? '[A-Z][a-z]{2}' : `\\${part}`
  })
}
