// The series: an ordered list of patches, from folders, mboxes and git ranges.
import { mkdtempDisposable, readdir, readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SeriesPart } from './definition/definition.ts'
import { UsageError } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { lastLines, succeed } from './command.ts'
import { isMissing } from '../cache/atomic-file.ts'
import { sha256 } from '../cache/hash.ts'
import { essenceOf, readMail, splitMbox } from './series/mail.ts'
import { gitEnvironment } from './source/git.ts'

/** One patch, in the order of its series. */
export interface Patch {
  /** Its name in messages: the file name, or `NAME[3]: subject` for the third mail of an mbox. */
  readonly name: string
  /** The file or repository that contains it. */
  readonly origin: string
  readonly subject: string
  /** The diff to apply, one byte in each character. */
  readonly diff: string
  /** SHA-256 of the file or mail. */
  readonly sha256: string
  /** SHA-256 of the changes; the commit message does not count. */
  readonly content: string
}

/**
 * Reads the patches of all parts in order.
 * @throws {UsageError} SERIES_UNKNOWN, SERIES_EMPTY
 */
export async function readSeries(parts: readonly SeriesPart[], signal: AbortSignal): Promise<Patch[]> {
  const patches: Patch[] = []
  for (const part of parts) {
    const found = part.kind === 'git' ? await readRange(part, signal) : await readPath(part)
    if (found.length === 0) {
      throw new UsageError('SERIES_EMPTY', `the series ${part.name} has no patches`, {
        hint: 'name a folder of *.patch files, an mbox file, or a range of commits',
      })
    }
    patches.push(...found)
  }
  return patches
}

function patchOf(name: string, origin: string, text: string): Patch {
  const { subject, diff } = readMail(text)
  return { name, origin, subject, diff, sha256: sha256(text), content: sha256(essenceOf(diff)) }
}

async function readPath(part: { readonly name: string; readonly path: string }): Promise<Patch[]> {
  const status = await stat(part.path).catch(async (error: unknown) => {
    throw isMissing(error) ? await unknownSeries(part) : error
  })
  if (!status.isDirectory()) return mailsOf(part.name, part.path, await readFile(part.path, 'latin1'))
  const names = (await readdir(part.path)).filter((name) => /\.(patch|diff)$/.test(name)).toSorted()
  const patches = names.map(async (name) => {
    const file = path.join(part.path, name)
    return patchOf(name, file, await readFile(file, 'latin1'))
  })
  return withDiffs(await Promise.all(patches))
}

async function unknownSeries(part: { readonly name: string; readonly path: string }): Promise<UsageError> {
  const names = await readdir(path.dirname(part.path)).catch((): string[] => [])
  const [near] = nearest(part.name, names)
  return new UsageError('SERIES_UNKNOWN', `there is no series ${part.path}`, {
    hint: near === undefined ? 'name a folder or an mbox file' : `try '${near}'`,
  })
}

function mailsOf(name: string, origin: string, text: string): Patch[] {
  const mails = splitMbox(text)
  const parts = mails.length === 0 ? [text] : mails
  const patches = parts.map((mail, index) => {
    const patch = patchOf(name, origin, mail)
    return { ...patch, name: `${name}[${index + 1}]: ${patch.subject}` }
  })
  return withDiffs(patches)
}

/** Drops cover letters, which have no diff; any other patch without a diff is an error. */
function withDiffs(patches: readonly Patch[]): Patch[] {
  return patches.filter((patch) => {
    if (patch.diff !== '') return true
    if (patch.name.startsWith('0000-') || /\b0+\/\d+\]/.test(patch.subject)) return false
    throw new UsageError('SERIES_EMPTY', `the patch ${patch.name} has no diff in it`, {
      hint: `put the diff into the text of ${patch.origin}; attachments are not read`,
    })
  })
}

async function readRange(
  part: { readonly name: string; readonly repository: string; readonly range: string },
  signal: AbortSignal,
): Promise<Patch[]> {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-series-'))
  const inRepository = ['-c', 'safe.directory=*', '-C', part.repository]
  const format = ['--full-index', '--binary', '--no-signature', '--no-renames', '--zero-commit']
  await succeed(
    'git',
    [...inRepository, 'format-patch', '--quiet', ...format, '--output-directory', folder.path, part.range],
    { signal, stage: 'reading the series', env: gitEnvironment },
    (result) =>
      new UsageError('SERIES_UNKNOWN', `${part.repository} has no range ${part.range}`, {
        tail: lastLines(result, 3),
        hint: 'write the range as BASE..TIP, with two commits of the repository',
      }),
  )
  const patches = await readPath({ name: part.name, path: folder.path })
  return patches.map((patch) => ({ ...patch, origin: part.repository }))
}
