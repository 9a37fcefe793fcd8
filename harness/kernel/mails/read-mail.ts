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

/** Reads a mail, with lines that end as they do in the file; `scratch` is a directory in which `git` runs. */
export async function readMail(raw: string, place: MailPlace, scratch: string, git: TryGit): Promise<Mail> {
  // As git mailsplit does without --keep-cr: the mail programs on the way may have changed all line ends.
  const mail = raw.replaceAll('\r\n', '\n')
  const header = headerOf(mail)
  const reading = await bestReading(raw, mail, place, { scratch, git })
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

/** Reads a mail in the plain way, and where git would damage its diff, in the other ways until one is whole. */
async function bestReading(
  raw: string,
  mail: string,
  place: MailPlace,
  tools: { readonly scratch: string; readonly git: TryGit },
): Promise<Reading> {
  const plain = await readAs('plain', raw, mail, place, tools)
  const others: MailReading[] = isFlowed(mail) ? ['trimmed', 'unflowed'] : []
  if (plain.facts === '') others.push('unknown-charset')
  if (/^(?:diff --git|---|\+\+\+) [^\n]*\r\n/m.test(plain.diff)) others.unshift('quoted-cr')
  if (others.length === 0 || (plain.fault === undefined && (await isWhole(plain, tools.git)))) return plain
  for (const how of others) {
    const reading = await readAs(how, raw, mail, place, tools)
    if (reading.fault === undefined && (await isWhole(reading, tools.git))) return reading
  }
  return plain
}

/**
 * A subject in the text of the mail must not replace that of its header, which has the number. With `--encoding`, git decodes no
 * charset at all; without it and without settings, it writes UTF-8.
 */
const mailinfo = ['mailinfo', '-k', '--no-scissors', '--no-inbody-headers'] as const

const readingFlags: Readonly<Partial<Record<MailReading, readonly string[]>>> = {
  'quoted-cr': ['--quoted-cr=strip'],
  'unknown-charset': ['-n'],
}

async function readAs(
  how: MailReading,
  raw: string,
  mail: string,
  place: MailPlace,
  { scratch, git }: { readonly scratch: string; readonly git: TryGit },
): Promise<Reading> {
  const flags = readingFlags[how] ?? []
  const input = Buffer.from(readableMail(mail, how), 'latin1')
  const facts = await git([...mailinfo, ...flags, 'message', 'diff'], input)
  if (facts === undefined) {
    return {
      how,
      facts: '',
      message: '',
      diff: '',
      fault: { what: 'git mailinfo cannot read it', hint: 'fetch it again, or save it as a diff' },
    }
  }
  const [message, diff] = await Promise.all(
    ['message', 'diff'].map((name) => readFile(path.join(scratch, name), 'latin1')),
  )
  if (message === undefined || diff === undefined) throw new Error('git mailinfo wrote no files')
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
