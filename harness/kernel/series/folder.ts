// The files of a folder of patches, in the order in which they are applied.
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, UsageError } from '../../base/errors.ts'
import { readTextFile } from '../../base/read-text-file.ts'
import { isMissing } from '../../cache/atomic-file.ts'
import { unreadablePatch } from './patch-fault.ts'
import { unpack } from './unpack.ts'

/** One file of patches. */
export interface PatchFile {
  /** Its path below the folder, for messages. */
  readonly name: string
  readonly file: string
  /** How many directories are removed from the front of each path: quilt's `-p0`. */
  readonly strip: number
}

/**
 * Whether the order of files is that in which they are applied:
 * - `listed`: yes, by quilt's list or by the numbers at the begin of all names;
 * - `names`: unless the mails in them have numbers;
 * - `box`: no, a mail program has named them.
 */
export type PatchOrder = 'listed' | 'names' | 'box'

/** The files of a folder. */
export interface PatchFolder {
  readonly order: PatchOrder
  readonly files: readonly PatchFile[]
}

const patchName = /\.(?:patch|diff|mbox|mbx|eml|mail|cover)(?:\.gz)?$/i
/** Texts about the series, and what editors and patch(1) leave behind. */
const otherName = /^(?:README|COPYING|LICENSE)|\.md$|~$|^#.*#$|\.(?:orig|rej|bak)$/

/** The file beside the patches that says why some of their lines cannot run in a test (gmemtest coverage). */
export const explanationsName = 'uncovered.yaml'

/**
 * Lists the files of patches of a folder: those of quilt's file `series`, the mails of a maildir, or the files whose names
 * say that they are patches, in the order of the numbers in their names.
 * @throws {UsageError} SERIES_FILE for a file that is neither a patch nor a known text, or a line that is not understood
 */
export async function listPatchFiles(folder: string): Promise<PatchFolder> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UsageError('SERIES_UNKNOWN', `cannot list the series ${folder}: ${messageOf(cause)}`, {
      cause,
      hint: "correct the folder's permissions",
    })
  })
  const names = new Set(entries.map(({ name }) => name))
  const isFolder = (name: string): boolean => entries.some((entry) => entry.name === name && entry.isDirectory())
  if (names.has('series') && !isFolder('series')) return { order: 'listed', files: await quiltFiles(folder) }
  if (isMaildir(entries)) return { order: 'box', files: await maildirFiles(folder) }
  const patches: string[] = []
  for (const { name } of entries) {
    // Editors, git and other systems keep files of their own there, and `*.patch` does not match them.
    if (name.startsWith('.')) continue
    if (isFolder(name)) {
      // The mutants of a series lie beside its patches.
      if (name === 'mutants') continue
      throw new UsageError('SERIES_FILE', `the series ${folder} has the folder '${name}' in it`, {
        hint: 'name each folder of patches as a series of its own, or list the patches in a file with the name series',
      })
    }
    if (name === explanationsName) continue
    if (patchName.test(name)) patches.push(name)
    else if (!otherName.test(name)) {
      throw new UsageError(
        'SERIES_FILE',
        `the series ${folder} has the file '${name}', which is no patch by its name`,
        {
          hint: 'rename it to *.patch, *.mbox or *.eml if it is one, and move it out of the folder if it is none',
        },
      )
    }
  }
  const files = patches.toSorted(byNumbers).map((name) => ({ name, file: path.join(folder, name), strip: 1 }))
  return { order: patches.every((name) => /^\d/.test(name)) ? 'listed' : 'names', files }
}

/** Returns whether a folder is a maildir. Archives and git leave out its empty folders. */
function isMaildir(entries: readonly Dirent[]): boolean {
  const folders = new Set(entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])))
  if (folders.has('cur') && folders.has('new')) return true
  return (
    (folders.has('cur') || folders.has('new')) && entries.every(({ name }) => /^(?:\.|(?:cur|new|tmp)$)/.test(name))
  )
}

function partsOf(name: string): string[] {
  return name.match(/\d+|\D/g) ?? []
}

/** Compares names as people count: 2 before 10. */
function byNumbers(left: string, right: string): number {
  const others = partsOf(right)
  for (const [index, part] of partsOf(left).entries()) {
    const other = others[index] ?? ''
    const areNumbers = /^\d/.test(part) && /^\d/.test(other)
    if (areNumbers && Number(part) !== Number(other)) return Number(part) - Number(other)
    if (!areNumbers && part !== other) return part < other ? -1 : 1
  }
  return left < right ? -1 : 1
}

async function maildirFiles(folder: string): Promise<PatchFile[]> {
  const names: string[] = []
  for (const part of ['cur', 'new']) {
    const mails = await readdir(path.join(folder, part)).catch((error: unknown): string[] => {
      if (isMissing(error)) return []
      throw error
    })
    names.push(...mails.filter((name) => !name.startsWith('.')).map((name) => path.join(part, name)))
  }
  return names.toSorted(byNumbers).map((name) => ({ name, file: path.join(folder, name), strip: 1 }))
}

/** Reads quilt's file: a patch a line, with its options; `#` begins a comment. */
async function quiltFiles(folder: string): Promise<PatchFile[]> {
  const text = await readTextFile(path.join(folder, 'series'), "quilt's list of patches").catch((cause: unknown) => {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('SERIES_FILE', `cannot read ${folder}/series: ${messageOf(cause)}`, {
      cause,
      hint: 'correct its permissions or its target, or remove it to apply the patches in the order of their numbers',
    })
  })
  const files: PatchFile[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [name, ...options] = line
      .replace(/(?:^|\s)#.*/, '')
      .split(/\s+/)
      .filter((word) => word !== '')
    if (name === undefined) continue
    const level = options.map((option) => /^-p(\d)$/.exec(option)?.[1])
    if (level.length > 1 || level.includes(undefined)) {
      throw new UsageError('SERIES_FILE', `${folder}/series:${index + 1}: '${options.join(' ')}' is not understood`, {
        hint: 'write the name of a patch, and -p0 or another -pN behind it if the patch needs that',
      })
    }
    files.push({ name, file: path.join(folder, name), strip: Number(level[0] ?? 1) })
  }
  return files
}

const mostMebibytes = 256
const mostBytes = mostMebibytes * 2 ** 20

/**
 * Reads a file of patches.
 * @throws {UsageError} SERIES_UNKNOWN; PATCH_UNREADABLE for a device, which may never end, a pipe, or a file above 256 MiB
 */
export async function readPatchBytes({ name, file }: PatchFile): Promise<Buffer> {
  try {
    const status = await stat(file)
    if (status.isDirectory() || (status.isFile() && status.size <= mostBytes))
      return unpack({ name, file }, await readFile(file), mostBytes)
    const what = status.isFile() ? `it has more than ${mostMebibytes} MiB` : 'it is a device or a pipe'
    throw unreadablePatch(name, file, { what, hint: 'save the patches in a file' })
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('SERIES_UNKNOWN', `cannot read the patch '${name}': ${messageOf(cause)}`, {
      cause,
      hint: `correct the path, the file's permissions, or the line in ${path.join(path.dirname(file), 'series')}`,
    })
  }
}
