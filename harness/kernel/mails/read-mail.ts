// Reads one mail with `git mailinfo`, in the way in which git gets its diff whole.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from '../../cache/hash.ts'
import type { Fault } from '../series/patch-fault.ts'
import { hasDiff, type MailReading } from '../series/patch.ts'
import { withWholeEnd } from '../series/trimmed-end.ts'
import { readBaseFacts } from './base-facts.ts'
import { cutDiff } from './cut-mail.ts'
import { decodeWords } from './encoded-words.ts'
import { mailinfo, type MailInfo } from './mail-info.ts'
import type { Mail } from './mail.ts'
import { faultOfDiff, faultOfMail, faultOfSplit } from './mail-faults.ts'
import { readSubject } from './subject.ts'

/** Runs git in a scratch directory and returns its output; undefined when git fails. */
export type TryGit = (args: readonly string[], input?: Uint8Array) => Promise<string | undefined>

/** Where a mail is. */
export interface MailPlace {
  /** The name of its file below its folder. */
  readonly file: string
  /** Its number in the file, from 1. */
  readonly index: number
  /** The file ends where the mail ends. */
  readonly isLast: boolean
}

/** A mail as git reads it in one way. */
interface Reading {
  readonly how: MailReading
  /** What git says about its header. */
  readonly facts: string
  readonly message: string
  readonly diff: string
  readonly fault: Fault | undefined
}

/** A mail before it is read. */
export interface RawMail {
  /** Its bytes, with lines that end as they do in the file. */
  readonly raw: string
  /** What `git mailinfo` makes of it in the plain way; undefined when git fails. */
  readonly info: MailInfo | undefined
}

/**
 * Returns a mail as git gets it: git mailsplit does the same without --keep-cr, since the mail programs on the way may have
 * changed all line ends.
 */
export function withLineFeeds(raw: string): string {
  return raw.replaceAll('\r\n', '\n')
}

/** Reads a mail; `scratch` is a directory in which `git` runs. */
export async function readMail({ raw, info }: RawMail, place: MailPlace, scratch: string, git: TryGit): Promise<Mail> {
  const mail = withLineFeeds(raw)
  const header = headerOf(mail)
  const plain = readingOf('plain', { raw, mail, info }, place)
  const reading = await bestReading(plain, { raw, mail }, place, { scratch, git })
  const subject = subjectOf(reading, header)
  const facts = readSubject(subject)
  const text = `${reading.message}\n${reading.diff}`
  return {
    name: `${place.file}[${place.index}]: ${subject}`,
    file: place.file,
    index: place.index,
    reading: reading.how,
    subject,
    facts,
    sender: fieldOf(reading.facts, 'Email').toLowerCase(),
    date: dateOf(fieldOf(reading.facts, 'Date')),
    messageId: idsIn(rawField(header, 'message-id'))[0],
    parents: [...idsIn(rawField(header, 'in-reply-to')), ...idsIn(rawField(header, 'references')).toReversed()],
    base: readBaseFacts(text),
    links: facts.number === 0 ? linksIn(text) : [],
    diff: reading.diff,
    splitFault: faultOfSplit(mail, facts.isReply),
    fault: reading.fault,
    sha256: sha256(mail),
  }
}

/** Returns the plain reading of a mail, and where git would damage its diff, the first of the other ones that is whole. */
async function bestReading(
  plain: Reading,
  { raw, mail }: { readonly raw: string; readonly mail: string },
  place: MailPlace,
  { scratch, git }: { readonly scratch: string; readonly git: TryGit },
): Promise<Reading> {
  const others: MailReading[] = isFlowed(mail) ? ['trimmed', 'unflowed'] : []
  if (plain.facts === '') others.push('unknown-charset')
  if (/^(?:diff --git|---|\+\+\+) [^\n]*\r\n/m.test(plain.diff)) others.unshift('quoted-cr')
  if (others.length === 0 || (plain.fault === undefined && (await isWhole(plain, git)))) return plain
  for (const how of others) {
    const input = Buffer.from(readableMail(mail, how), 'latin1')
    const facts = await git([...mailinfo, ...(readingFlags[how] ?? []), 'message', 'diff'], input)
    const read = async (name: string): Promise<string> => readFile(path.join(scratch, name), 'latin1')
    const info = facts === undefined ? undefined : { facts, message: await read('message'), diff: await read('diff') }
    const reading = readingOf(how, { raw, mail, info }, place)
    if (reading.fault === undefined && (await isWhole(reading, git))) return reading
  }
  return plain
}

const readingFlags: Readonly<Partial<Record<MailReading, readonly string[]>>> = {
  'quoted-cr': ['--quoted-cr=strip'],
  'unknown-charset': ['-n'],
}

/** Returns what git reads in a mail, with its fault. */
function readingOf(
  how: MailReading,
  { raw, mail, info }: RawMail & { readonly mail: string },
  place: MailPlace,
): Reading {
  if (info === undefined) {
    const fault = { what: 'git mailinfo cannot read it', hint: 'fetch it again, or save it as a diff' }
    return { how, facts: '', message: '', diff: '', fault }
  }
  const { facts, message, diff } = info
  const isLetter = !hasDiff(diff)
  const whole = withWholeEnd(diff)
  const fault =
    faultOfMail(raw, message, diff) ??
    faultOfDiff(diff) ??
    (isLetter ? undefined : cutDiff(diff, place.isLast && !mail.endsWith('\n'))) ??
    ('fault' in whole ? whole.fault : undefined)
  return { how, facts, message, diff: 'diff' in whole ? whole.diff : diff, fault }
}

async function isWhole({ diff }: Reading, git: TryGit): Promise<boolean> {
  return !hasDiff(diff) || (await git(['apply', '--numstat', '-'], Buffer.from(diff, 'latin1'))) !== undefined
}

function isFlowed(mail: string): boolean {
  return /^content-type:[^\n]*(?:\n[ \t][^\n]*)*format="?flowed/im.test(mail)
}

/**
 * Returns the mail (for sed in `apply-by-hand.ts`) that `git mailinfo` gets:
 * - `trimmed`: a mail program put a space before the empty context lines, and did not trim them (RFC 3676, 4.2);
 * - `unflowed`: the header says that lines flow, and no mail program has changed them;
 * - `unknown-charset`: git stops at a subject whose bytes have a NUL, as half of a character in UTF-16 has.
 */
function readableMail(mail: string, how: MailReading): string {
  if (how === 'trimmed') return mail.replaceAll(/^(?: |=20)+$/gm, '')
  if (how === 'unknown-charset') return mail.replace(/^Subject:/im, 'X-Subject:')
  return how === 'unflowed' ? mail.replaceAll(/format="?flowed"?/gi, 'format=fixed') : mail
}

function headerOf(mail: string): string {
  const end = mail.indexOf('\n\n')
  return end < 0 ? mail : mail.slice(0, end)
}

function fieldOf(facts: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(facts)?.[1] ?? ''
}

/** Returns the subject as git decodes it, or as its bytes say where git does not decode it whole. */
function subjectOf({ how, facts }: Reading, header: string): string {
  const subject = fieldOf(facts, 'Subject')
  if (how !== 'unknown-charset' && subject !== '' && !subject.includes('\ufffd')) return subject
  return decodeWords(rawField(header, 'subject').replace(/^[^:]*:/, ''))
}

function rawField(header: string, name: string): string {
  return header.split(/\n(?![ \t])/).find((field) => field.toLowerCase().startsWith(`${name}:`)) ?? ''
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/<([!-;=?-~]+@[!-;=?-~]+)>/g)].map(([, id = '']) => id)
}

/** Returns the Message-IDs in links to an archive, as to an earlier version. */
function linksIn(text: string): string[] {
  const links = text.matchAll(/https?:\/\/[\w.-]+\/(?:[\w.-]+\/)*([^\s/<>]+?@[\w.-]+\w)/g)
  return [...Array.from(links, ([, id = '']) => id.replaceAll('%40', '@')), ...idsIn(text)]
}

function dateOf(text: string): number | undefined {
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date
}
