// What git would read without a word, and otherwise than its sender meant it: text that is lost, or half decoded.
// Texts are `latin1`, one byte in each character: a patch may contain bytes that are no UTF-8.
import { lineOutside } from '../series/line-outside.ts'
import type { Fault } from '../series/patch-fault.ts'
import { hasDiff } from '../series/patch.ts'

const magics = [
  ['\x1f\x8b', 'gunzip'],
  ['\xfd7zXZ', 'unxz'],
  ['BZh', 'bunzip2'],
  ['\x28\xb5\x2f\xfd', 'unzstd'],
  ['PK\x03\x04', 'unzip'],
] as const

/** Finds what keeps git from reading a file at all. */
export function faultOfFile(text: string): Fault | undefined {
  if (text.trim() === '') return { what: 'it is empty', hint: 'save the mails again' }
  const packed = magics.find(([magic]) => text.startsWith(magic))
  if (packed !== undefined) return { what: 'it is compressed', hint: `unpack it with ${packed[1]}` }
  if (text.startsWith('\xef\xbb\xbf')) {
    const hint = String.raw`remove the mark: sed -i '1s/^\xef\xbb\xbf//' FILE`
    return { what: 'it begins with a byte order mark, and git does not read the text before the first mail', hint }
  }
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text))
    return { what: 'it is UTF-16', hint: 'convert it with iconv -f UTF-16 -t UTF-8' }
  return undefined
}

const encoded = /^Content-Transfer-Encoding:[ \t]*(?:base64|quoted-printable)/im

/** Finds what a file that is no mail must not have: mails behind its first lines. */
export function faultOfPlain(text: string): Fault | undefined {
  if (!encoded.test(text) && !/^From [^\n]*\d:\d\d[^\n]*\n[\w-]+:/m.test(text)) return undefined
  return { what: 'it has text before its first mail', hint: "remove the lines before the first line 'From …'" }
}

/** Finds a mail, with its lines in LF, that git has not split from the next one, or that it has split within. */
export function faultOfSplit(mail: string, isReply: boolean): Fault | undefined {
  return openParts(mail) ?? (isReply ? undefined : secondMail(mail))
}

/** Finds parts without an end: the file is cut off there, or an attached mail begins with a separator. */
function openParts(mail: string): Fault | undefined {
  const head = mail.slice(0, mail.search(/\n\n|$/)).replaceAll(/\n[ \t]+/g, ' ')
  const [, quoted, word] = /^content-type: *multipart\/[^\n]*\bboundary=(?:"([^"\n]+)"|([^\s;]+))/im.exec(head) ?? []
  const boundary = quoted ?? word
  if (boundary === undefined || mail.includes(`\n--${boundary}--`)) return undefined
  return {
    what: 'its last part has no end: it is cut off, or a line in it begins with From',
    hint: 'fetch the mail again, or save the attached patches as files of their own',
  }
}

/** Finds text of a mail, as git splits it, that is not in what git reads from it: `message` and `diff`. */
export function faultOfMail(raw: string, message: string, diff: string): Fault | undefined {
  const text = raw.replaceAll('\r\n', '\n')
  const read = `${message}\n${diff}`
  return lostDiff(text, read) ?? encodedDiff(text, read) ?? mixedLineEnds(raw)
}

const block = /^(?:[A-Za-z][\w-]*:[ \t][^\n]*\n(?:[ \t][^\n]*\n)*){2,}/gm
const transport = /^(?:Received|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding|X-Mailer):/im

/**
 * Finds a second mail: git decodes both by the header of the first. Headers are no second mail in a part, where git decodes
 * all of the part in one way, and in a message, such as a report that it cites.
 */
function secondMail(text: string): Fault | undefined {
  const end = text.search(/\n\n|$/)
  const head = text.slice(0, end)
  if (/^Content-Type:[ \t\n]*multipart\//im.test(head)) return undefined
  // A block of headers at the start of the text names the author, and git reads it.
  const body = text.slice(end).trimStart()
  const isBase64 = /^Content-Transfer-Encoding:[ \t\n]*base64/im.test(head)
  const hasSecond = [...body.matchAll(block)].some(
    ({ index, 0: lines }) =>
      index > 0 &&
      (lines.match(/^(?:From|Subject|Date|Message-ID|To):/gim) ?? []).length > 1 &&
      (isBase64 || transport.test(lines) || hasDiff(body.slice(0, index))),
  )
  if (!hasSecond || !encoded.test(text)) return undefined
  const hint = "put a line 'From x Mon Sep 17 00:00:00 2001' before each mail, or each mail into a file of its own"
  return { what: 'a second mail follows it without a separator that git knows', hint }
}

// More header lines than a part has would make the search slow.
const base64Part = /^Content-Transfer-Encoding:[ \t\n]*base64\b[^\n]*\n(?:[^\n]+\n){0,50}\n([\w+/=\n]+)/gim

function headersOf(part: string): string[] {
  // A line with = may be encoded in quoted-printable.
  return part.match(/^(?:diff --git|\+\+\+) [^=\r\n]+$/gm) ?? []
}

/** Finds the header of a diff in a part of a mail that git does not read, such as a part within a part. */
function lostDiff(text: string, read: string): Fault | undefined {
  const parts = [...text.matchAll(base64Part)].map(([, part = '']) => Buffer.from(part, 'base64').toString('latin1'))
  const found = Map.groupBy(headersOf(read.replaceAll('\r\n', '\n')), (line) => line)
  const sent = Map.groupBy([text, ...parts].flatMap(headersOf), (line) => line)
  const lost = [...sent.keys()].find((line) => (sent.get(line)?.length ?? 0) > (found.get(line)?.length ?? 0))
  if (lost === undefined) return undefined
  return { what: `git does not read its part with the line '${lost}'`, hint: 'save that part as a file of its own' }
}

/** Finds a line of a diff in quoted-printable that git has not decoded, as in a part within a part. */
function encodedDiff(text: string, read: string): Fault | undefined {
  const boundaries = new Set([...text.matchAll(/\bboundary="?([^"\s;]+)/gi)].map(([, boundary]) => `--${boundary}`))
  const known = new Set(read.split('\n'))
  let [isEncoded, isDiff] = [false, false]
  for (const line of text.split('\n')) {
    if (boundaries.has(line)) [isEncoded, isDiff] = [false, false]
    else if (/^Content-Transfer-Encoding:[ \t]*quoted-printable/i.test(line)) isEncoded = true
    else if (/^(?:diff --git|---) /.test(line)) isDiff = true
    else if (isEncoded && isDiff && /^[ +-](?!-=20$).*=(?:[0-9A-F]{2}|$)/.test(line) && known.has(line)) {
      return { what: 'git does not decode its part in quoted-printable', hint: 'save that part as a file of its own' }
    }
  }
  return undefined
}

/** Finds line ends that belong to the patched file: git takes all of them for the work of a mail program. */
function mixedLineEnds(raw: string): Fault | undefined {
  const begin = raw.search(/^(?:---|\+\+\+) [^\r\n]+\n/m)
  if (begin < 0 || !/^[ +-][^\n]*\r\n/m.test(raw.slice(begin))) return undefined
  return {
    what: 'some lines of its diff end in CR LF and others in LF; git am would remove each CR',
    hint: 'name the commits instead: {git: REPOSITORY, range: A..B}',
  }
}

/** Finds what git apply would pass over in the text of one patch. */
export function faultOfDiff(diff: string): Fault | undefined {
  if (!hasDiff(diff)) {
    return {
      what: 'it has no diff in it, or it is cut off',
      hint: 'remove it from the series, or fetch it again; b4 am leaves replies out',
    }
  }
  if (/^(?:diff --git|---|\+\+\+) [^\n]*\r\n/m.test(diff)) {
    return { what: 'its lines end in CR LF', hint: 'save it again with lines that end in LF (dos2unix, b4 am)' }
  }
  return lineOutside(diff)
}
