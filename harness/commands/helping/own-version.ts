// The version of gmemtest itself: the number of the package, and the commit that the code is from.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { hasShape } from '../../base/has-shape.ts'
import { inProject, isPackage } from '../../base/paths.ts'
import { said } from '../../process/said.ts'

/** The commit of gmemtest itself, as far as it is known. */
export interface Revision {
  readonly revision: string | undefined
  /** Files differ from the commit. */
  readonly modified: boolean | undefined
}

/** Returns the commit: in a checkout git has it, and in an npm package `npm pack` stored it. */
export async function ownRevision(): Promise<Revision> {
  return isPackage ? await storedRevision(inProject('dist/revision.json')) : await askCheckout(inProject())
}

/** Reads the commit that `make dist` stored. A package that was packed without a repository has none. */
export async function storedRevision(file: string): Promise<Revision> {
  const text = await readFile(file, 'utf8').catch(() => '{}')
  const stored: unknown = JSON.parse(text)
  const isKnown = hasShape(stored, { revision: 'string' })
  const isModified = typeof stored === 'object' && stored !== null && 'modified' in stored && stored.modified === true
  return { revision: isKnown ? stored.revision : undefined, modified: isKnown ? isModified : undefined }
}

/** Asks git about a checkout, also one of another user; a repository around the checkout does not count. */
export async function askCheckout(directory: string): Promise<Revision> {
  const here = ['--no-optional-locks', '-c', 'safe.directory=*', '-C', directory]
  const git = async (...args: string[]): Promise<string | undefined> =>
    said('git', [...here, ...args], { GIT_CEILING_DIRECTORIES: path.dirname(directory) })
  const status = await git('status', '--porcelain=v2', '--branch')
  if (status !== undefined) return checkoutOf(status)
  // git status fails when it cannot read a file, or not in time.
  return { revision: await git('rev-parse', 'HEAD'), modified: undefined }
}

/** Parses the output of `git status --porcelain=v2 --branch`. */
export function checkoutOf(status: string): Revision {
  return {
    // Before the first commit, the value is (initial).
    revision: /^# branch\.oid ([0-9a-f]+)$/m.exec(status)?.[1],
    modified: /^[^#]/m.test(status),
  }
}

const shownDigits = 12

/** Returns the text of --version: `0.1.0 (0123456789ab, modified)`. */
export async function ownVersion(): Promise<string> {
  const [text, { revision, modified }] = await Promise.all([readFile(inProject('package.json'), 'utf8'), ownRevision()])
  const found: unknown = JSON.parse(text)
  const version = hasShape(found, { version: 'string' }) ? found.version : 'unknown'
  if (revision === undefined) return version
  return `${version} (${revision.slice(0, shownDigits)}${modified === true ? ', modified' : ''})`
}
