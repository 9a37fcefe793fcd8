// Directories that are complete or absent: filled under another name, renamed, swept away after a killed process.
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { hasCode } from '../base/errors.ts'
import { asideOf, exists, flush, isMissing, makePrivate, sweep } from './atomic-file.ts'
import { removeTree } from './remove-tree.ts'

const mostTries = 10

/**
 * Makes a directory: `fill` writes to a new one, which then gets its name. An existing directory stays when `isGood`
 * accepts it (another process may have made it meanwhile, and may use it); otherwise the new one replaces it.
 * @returns the result of `fill`
 * @throws the errors of `fill`; nothing remains then
 */
export async function makeWhole<Result>(
  directory: string,
  fill: (directory: string) => Promise<Result>,
  isGood: (directory: string) => Promise<boolean> = async () => false,
): Promise<Result> {
  const root = path.dirname(directory)
  await makePrivate(root)
  await sweep(root)
  const aside = asideOf(directory)
  await using stack = new AsyncDisposableStack()
  stack.defer(() => removeTree(aside))
  await mkdir(aside, { mode: 0o700 })
  const result = await fill(aside)
  await flush(aside)
  for (let tries = 1; ; tries += 1) {
    try {
      await rename(aside, directory)
      break
    } catch (error) {
      if (await isGood(directory)) return result
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST') || tries === mostTries) throw error
    }
    await discard(directory, async (found) => !(await isGood(found)))
  }
  await flush(root)
  return result
}

/**
 * Removes a directory unless another process replaced it: `isTheOne` recognises the directory that the caller means.
 * Files that a process has open stay readable. When this process is killed meanwhile, the directory is there, or is swept away.
 * @throws the error of the file system when this user must not remove the directory
 */
export async function discard(
  directory: string,
  isTheOne: (directory: string) => Promise<boolean> = async () => true,
): Promise<void> {
  const trash = asideOf(directory)
  await rename(directory, trash).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
  if (!(await isTheOne(trash))) await rename(trash, directory).catch(() => undefined)
  await removeTree(trash)
}

/** Removes the files and directories that have not been used for longest, until `mostKept` remain. */
export async function prune(root: string, mostKept: number): Promise<void> {
  if (!(await exists(root))) return
  await sweep(root)
  const names = (await readdir(root)).filter((name) => !name.startsWith('.'))
  const aged = await Promise.all(
    names.map(async (name) => {
      const file = path.join(root, name)
      return { file, usedAt: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 }
    }),
  )
  const superfluous = aged.toSorted((a, b) => b.usedAt - a.usedAt).slice(mostKept)
  await Promise.all(superfluous.map(({ file }) => removeTree(file)))
}
