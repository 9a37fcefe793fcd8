// Reads a file of patches as git does: mails with `git mailsplit` and `git mailinfo`, a plain diff as it is.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from '../../cache/hash.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import { faultOfDiff, faultOfFile, faultOfPlain } from '../mails/mail-faults.ts'
import type { Mail } from '../mails/mail.ts'
import { readInfos } from '../mails/mail-info.ts'
import { readMail, withLineFeeds, type TryGit } from '../mails/read-mail.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import type { PatchFile } from './folder.ts'
import { unreadablePatch, type Fault } from './patch-fault.ts'
import type { Patch } from './patch.ts'
import { withWholeEnd } from './trimmed-end.ts'
import { makeReadingDirectory } from './reading-directory.ts'

/** A plain diff. */
type PlainDiff = Pick<Patch, 'name' | 'subject' | 'diff' | 'sha256' | 'how'>

/** The content of a file of patches: a plain diff, or mails in the order of the file. */
export type PatchFileContent =
  { readonly kind: 'diff'; readonly patch: PlainDiff } | { readonly kind: 'mails'; readonly mails: readonly Mail[] }

/**
 * Reads all of a file. Nothing is passed over: a mail that git would read otherwise than it was meant has its fault.
 * @throws {UsageError} PATCH_UNREADABLE, naming the file, when git cannot split it, or for a fault of a plain diff
 */
export async function readPatchFile(
  { name, file }: Pick<PatchFile, 'name' | 'file'>,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<PatchFileContent> {
  const text = bytes.toString('latin1')
  const refuse = (fault: Fault | undefined): void => {
    if (fault !== undefined) throw unreadablePatch(name, file, fault)
  }
  refuse(faultOfFile(text))
  if (!isMail(text)) {
    const diff = withoutReturns(text)
    refuse(faultOfPlain(diff) ?? faultOfDiff(diff))
    const whole = withWholeEnd(diff)
    if ('fault' in whole) throw unreadablePatch(name, file, whole.fault)
    const how = { kind: 'diff', isCrLf: diff !== text } as const
    return { kind: 'diff', patch: { name, how, subject: '', diff: whole.diff, sha256: sha256(text) } }
  }
  await using scratch = await makeReadingDirectory()
  const options = {
    signal,
    cwd: scratch.path,
    // The directory may lie in a repository, whose settings do not count.
    env: { ...gitEnvironment, GIT_CEILING_DIRECTORIES: path.dirname(scratch.path) },
  }
  const tryGit: TryGit = async (args, input) => {
    const result = await attempt('git', args, { ...options, ...(input === undefined ? {} : { input }) })
    return result.exitCode === 0 ? result.stdout : undefined
  }
  const [box, folder] = [path.join(scratch.path, 'box'), path.join(scratch.path, 'mails')]
  await writeFile(box, bytes)
  await mkdir(folder)
  const split = ['mailsplit', '-b', '-d8', '--keep-cr', `-o${folder}`, '--', box]
  await succeed('git', split, { ...options, stage: 'reading the series' }, (result) =>
    unreadablePatch(name, file, { what: lastLines(result, 1).join(''), hint: 'fetch it again, or save it as a diff' }),
  )
  const texts: string[] = []
  for (const each of (await readdir(folder)).toSorted()) texts.push(await readFile(path.join(folder, each), 'latin1'))
  const infos = await readInfos(texts.map(withLineFeeds), path.join(scratch.path, 'infos'), async (script, cwd) => {
    await succeed('sh', ['-c', script], { ...options, cwd, stage: 'reading the series' }, (result) =>
      unreadablePatch(name, file, { what: lastLines(result, 1).join(''), hint: 'fetch it again' }),
    )
  })
  const mails: Mail[] = []
  for (const [index, raw] of texts.entries()) {
    const place = { file: name, index: index + 1, isLast: index === texts.length - 1 }
    mails.push(await readMail({ raw, info: infos[index] }, place, scratch.path, tryGit))
  }
  return { kind: 'mails', mails }
}

/** Returns whether git am takes a file for mails (`detect_patch_format` in builtin/am.c). */
function isMail(text: string): boolean {
  const lines = text.trimStart().split(/\r?\n/)
  if (/^From[ :]/.test(lines[0] ?? '')) return true
  const end = lines.indexOf('')
  return end > 0 && lines.slice(0, end).every((line) => /^(?:[ \t]|[!-9;-~]+:)/.test(line))
}

/** Returns a diff without the CRs of another system, which are at the end of every line, those of its headers included. */
function withoutReturns(text: string): string {
  const isOfOtherSystem = /^(?:---|\+\+\+) [^\n]*\r$/m.test(text) && !/(?<!\r)\n/.test(text)
  return isOfOtherSystem ? text.replaceAll('\r\n', '\n') : text
}
