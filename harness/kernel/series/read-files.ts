// The patches of a file or a folder: what its mails bring, in the order in which they are applied.
import { UsageError } from '../../base/errors.ts'
import type { Box } from '../mails/box.ts'
import { chooseSeries, type SeriesFacts } from '../mails/choose.ts'
import { joinBaseFacts } from '../mails/base-facts.ts'
import { isPatch, type Mail } from '../mails/mail.ts'
import type { PatchFile, PatchOrder } from './folder.ts'
import { unreadablePatch } from './patch-fault.ts'
import { readPatchFile, type PatchFileContent } from './patch-file.ts'
import { hasDiff, type Patch } from './patch.ts'

/** A patch whose origin is the name of its file below the folder. */
type Found = Omit<Patch, 'content'>

/** A part of a series as it was read. */
export interface Part {
  readonly patches: readonly Found[]
  /** Sentences about what was left out. */
  readonly notices: readonly string[]
  readonly series: SeriesFacts
}

/** A file with its content. */
interface ReadFile {
  readonly file: PatchFile
  readonly bytes: Buffer
}

/** How the files of a part belong together. */
export interface Files {
  /** The name of the file or folder in messages. */
  readonly name: string
  readonly order: PatchOrder
  readonly files: readonly ReadFile[]
  /** The Message-ID that the user named. */
  readonly wanted?: string
}

/**
 * Reads files of patches.
 * @throws {UsageError} PATCH_UNREADABLE, SERIES_INCOMPLETE, SERIES_SEVERAL, SERIES_AMBIGUOUS
 */
export async function readFiles({ name, order, files, wanted }: Files, signal: AbortSignal): Promise<Part> {
  const contents: Content[] = []
  for (const { file, bytes } of files) contents.push({ file, content: await readPatchFile(file, bytes, signal) })
  for (const { file, content } of contents) requireSplit(file, content)
  const asked = wanted === undefined ? {} : { wanted }
  const [only] = contents
  if (only !== undefined && contents.length === 1 && only.content.kind === 'mails' && order !== 'listed') {
    return chosen(
      {
        name: only.file.name,
        mails: only.content.mails,
        isOnePatch: wanted === undefined && isOnePatch(only.file.name, only.content.mails),
        ...asked,
      },
      contents,
    )
  }
  const mails = contents.flatMap(({ content }) => (content.kind === 'mails' ? content.mails : []))
  const areMails = contents.every(({ content }) => content.kind === 'mails')
  if (order === 'listed' || !areMails) return listed(name, contents)
  try {
    return chosen({ name, mails, isOnePatch: false, isOrdered: order === 'names', ...asked }, contents)
  } catch (error) {
    // Files of one patch each, put beside each other on purpose.
    const areSingle = contents.every(
      ({ file, content }) =>
        content.kind === 'mails' && content.mails.length === 1 && /\.(?:patch|diff)(?:\.gz)?$/i.test(file.name),
    )
    if (order !== 'names' || !areSingle || !(error instanceof UsageError) || error.code === 'PATCH_UNREADABLE')
      throw error
    return listed(name, contents)
  }
}

/** @throws {UsageError} PATCH_UNREADABLE for a file that git does not split into its mails */
function requireSplit({ file }: PatchFile, content: PatchFileContent): void {
  if (content.kind === 'diff') return
  const broken = content.mails.find(({ splitFault }) => splitFault !== undefined)
  if (broken?.splitFault !== undefined) throw unreadablePatch(broken.name, file, broken.splitFault)
}

interface Content {
  readonly file: PatchFile
  readonly content: PatchFileContent
}

/** Returns whether a file has one patch of a series on purpose. The first one alone in a box of mails is all that is left of it. */
function isOnePatch(name: string, [mail, ...more]: readonly Mail[]): boolean {
  return more.length === 0 && !(mail?.facts.number === 1 && /\.mb(?:o)?x(?:\.gz)?$/i.test(name))
}

function chosen(box: Box, contents: readonly Content[]): Part {
  const { mails, series, notices } = chooseSeries(box)
  return { patches: mails.map((mail) => patchOf(mail, contents)), series, notices }
}

/** Takes the files one after the other, as the list of the user or the numbers in their names say. */
function listed(name: string, contents: readonly Content[]): Part {
  const patches: Found[] = []
  const notices: string[] = []
  const facts: SeriesFacts[] = []
  const alone: Mail[] = []
  for (const { file, content } of contents) {
    if (content.kind === 'diff') {
      patches.push({ ...content.patch, origin: file.name, strip: file.strip })
      continue
    }
    const [mail, ...more] = content.mails
    if (mail === undefined) continue
    if (more.length > 0) {
      const part = chosen({ name: file.name, mails: content.mails, isOnePatch: false }, contents)
      patches.push(...part.patches)
      notices.push(...part.notices)
      facts.push(part.series)
      continue
    }
    facts.push({
      ...mail.base,
      messageIds: mail.messageId === undefined ? [] : [mail.messageId],
      changeIds: mail.base.changeId === undefined ? [] : [mail.base.changeId],
    })
    if (mail.facts.number === 0) continue
    if (mail.facts.isReply && !hasDiff(mail.diff)) {
      notices.push(`${name}: the reply ${file.name} is left out`)
      continue
    }
    alone.push(mail)
    patches.push(patchOf(mail, contents))
  }
  return {
    patches,
    notices: [...notices, ...lacking(name, alone)],
    series: {
      ...joinBaseFacts(facts),
      messageIds: facts.flatMap(({ messageIds }) => messageIds),
      changeIds: facts.flatMap(({ changeIds }) => changeIds),
    },
  }
}

/** Says which numbers of a series a folder lacks: its user may have left them out on purpose. */
function lacking(name: string, mails: readonly Mail[]): string[] {
  const [first] = mails
  if (first === undefined || !mails.every((mail) => isPatch(mail) && mail.facts.number !== undefined)) return []
  const { version, total } = first.facts
  if (!mails.every(({ facts }) => facts.version === version && facts.total === total)) return []
  const present = new Set(mails.map(({ facts }) => facts.number))
  const missing = Array.from({ length: total }, (_, index) => index + 1).filter((number) => !present.has(number))
  return missing.length === 0
    ? []
    : [`${name} lacks ${missing.map((number) => `${number}/${total}`).join(', ')} of its series`]
}

/** @throws {UsageError} PATCH_UNREADABLE for a mail that git does not read as it was meant */
function patchOf(mail: Mail, contents: readonly Content[]): Found {
  const { file, content } = contents.find(({ file: each }) => each.name === mail.file) ?? {}
  if (file === undefined) throw new Error(`no file ${mail.file}`)
  if (mail.fault !== undefined) throw unreadablePatch(mail.name, file.file, mail.fault)
  const isAlone = content?.kind === 'mails' && content.mails.length === 1
  return {
    name: isAlone ? file.name : mail.name,
    origin: file.name,
    how: { kind: 'mail', index: mail.index, reading: mail.reading },
    subject: mail.subject,
    ...(mail.messageId === undefined ? {} : { messageId: mail.messageId }),
    diff: mail.diff,
    strip: file.strip,
    sha256: mail.sha256,
  }
}
