// Reads a file of patches as git does: mails with `git mailsplit` and `git mailinfo`, a plain diff as it is.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from '../../cache/hash.ts'
import { lastLines, succeed } from '../command.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import { faultOfDiff, faultOfFile, faultOfMail, faultOfPlain } from './mail-faults.ts'
import type { PatchFile } from './folder.ts'
import { unreadablePatch, type Fault } from './patch-fault.ts'
import { hasDiff, type Patch } from './patch.ts'
import { withWholeEnd } from './trimmed-end.ts'
import { makeReadingDirectory } from './reading-directory.ts'

/** One patch of a file; a file of one patch has its name and its hash. */
export type FoundPatch = Pick<Patch, 'name' | 'subject' | 'messageId' | 'diff' | 'sha256'> & {
  readonly kind: 'diff' | 'mail'
}

/**
 * Reads all patches of a file, without cover letters. Nothing is passed over: what git would drop in silence is an error.
 * @throws {UsageError} PATCH_UNREADABLE, naming the file or the mail
 */
export async function readPatchFile(
  { name, file }: Pick<PatchFile, 'name' | 'file'>,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<FoundPatch[]> {
  const text = bytes.toString('latin1')
  const refuse: Refuse = (subject, fault) => {
    if (fault !== undefined) throw unreadablePatch(subject, file, fault)
  }
  refuse(name, faultOfFile(text))
  if (!isMail(text)) {
    refuse(name, faultOfPlain(text) ?? faultOfDiff(text))
    return [{ kind: 'diff', name, subject: '', diff: wholeDiff(name, text, refuse), sha256: sha256(text) }]
  }
  await using scratch = await makeReadingDirectory()
  const git: Git = async (subject, args, input) =>
    succeed(
      'git',
      args,
      {
        signal,
        stage: 'reading the series',
        cwd: scratch.path,
        // The directory may lie in a repository, whose settings do not count.
        env: { ...gitEnvironment, GIT_CEILING_DIRECTORIES: path.dirname(scratch.path) },
        ...(input === undefined ? {} : { input }),
      },
      (result) =>
        unreadablePatch(subject, file, {
          what: lastLines(result, 1).join(''),
          hint: 'fetch it again, or save it as a diff',
        }),
    )
  const tools = { scratch: scratch.path, git, refuse }
  const mails = await splitMails(name, bytes, tools)
  const found: FoundPatch[] = []
  for (const [index, mail] of mails.entries()) {
    const one = await readMail(`${name}[${index + 1}]`, mail, tools)
    if (one === undefined) continue
    found.push(mails.length === 1 ? { ...one, name, sha256: sha256(text) } : one)
  }
  return found
}

/** Runs git on a file or mail, which the error names. */
type Git = (subject: string, args: readonly string[], input?: Uint8Array) => Promise<string>

/** Throws when a file or mail has a fault. */
type Refuse = (subject: string, fault: Fault | undefined) => void

/** What reading a mail takes; `scratch` is a temporary directory. */
interface Tools {
  readonly scratch: string
  readonly git: Git
  readonly refuse: Refuse
}

/** Returns whether git am takes a file for mails (`detect_patch_format` in builtin/am.c). */
function isMail(text: string): boolean {
  const lines = text.trimStart().split(/\r?\n/)
  if (/^From[ :]/.test(lines[0] ?? '')) return true
  const end = lines.indexOf('')
  return end > 0 && lines.slice(0, end).every((line) => /^(?:[ \t]|[!-9;-~]+:)/.test(line))
}

async function splitMails(name: string, bytes: Buffer, { scratch, git }: Tools): Promise<string[]> {
  const box = path.join(scratch, 'box')
  const folder = path.join(scratch, 'mails')
  await writeFile(box, bytes)
  await mkdir(folder)
  await git(name, ['mailsplit', '-b', '-d8', '--keep-cr', `-o${folder}`, '--', box])
  const names = (await readdir(folder)).toSorted()
  return Promise.all(names.map(async (mail) => readFile(path.join(folder, mail), 'latin1')))
}

/** Reads one mail; returns undefined for a cover letter. */
async function readMail(number: string, raw: string, { scratch, git, refuse }: Tools): Promise<FoundPatch | undefined> {
  const [messageFile, diffFile] = [path.join(scratch, 'message'), path.join(scratch, 'diff')]
  // As git mailsplit does without --keep-cr: the mail programs on the way may have changed all line ends.
  const mail = raw.replaceAll('\r\n', '\n')
  const facts = await git(
    number,
    ['mailinfo', '-k', '--encoding=UTF-8', messageFile, diffFile],
    Buffer.from(mail, 'latin1'),
  )
  const subject = /^Subject: (.*)$/m.exec(facts)?.[1] ?? ''
  const name = `${number}: ${subject}`
  const diff = await readFile(diffFile, 'latin1')
  refuse(name, faultOfMail(raw, await readFile(messageFile, 'latin1'), diff))
  if (!hasDiff(diff) && isCover(subject)) return undefined
  refuse(name, faultOfDiff(diff))
  return {
    kind: 'mail',
    name,
    subject,
    ...messageIdOf(mail),
    diff: wholeDiff(name, diff, refuse),
    sha256: sha256(mail),
  }
}

/** Returns the diff with the blank lines that an archive trimmed from its end. */
function wholeDiff(name: string, text: string, refuse: Refuse): string {
  const whole = withWholeEnd(text)
  if ('diff' in whole) return whole.diff
  refuse(name, whole.fault)
  return text
}

/** Returns the field for the Message-ID in the header of a mail; no field without one. */
function messageIdOf(mail: string): Pick<Patch, 'messageId'> {
  const header = mail.slice(0, Math.max(0, mail.indexOf('\n\n')))
  const messageId = /^message-id:\s*<([!-;=?-~]+@[!-;=?-~]+)>/im.exec(header)?.[1]
  return messageId === undefined ? {} : { messageId }
}

/** Returns whether a subject has the number 0 of a cover letter: `[PATCH v2 00/12 net-next]`, `PATCH 0 of 3: all`. */
function isCover(subject: string): boolean {
  const [prefix = ''] = /^(?:\s*\[[^\]]*\])+|^(?:RFC |RESEND )*PATCH\b[^:]*/i.exec(subject) ?? []
  return /(?<![\d.])0+ ?(?:\/| of ) ?\d/.test(prefix)
}
