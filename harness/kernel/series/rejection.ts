// The error for a patch that does not apply: it names the file and the hunk, and shows what the file has there.
import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../../base/errors.ts'
import { shellLine } from '../../process/child.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { lastLines } from '../command.ts'
import type { Patch } from './patch.ts'

/** Runs git apply on one patch. */
export type Git = (...args: readonly string[]) => Promise<CommandResult>

/** Applies the hunks that fit, to find out which hunks do not, and returns the error. */
export async function rejection(
  patch: Patch,
  file: string,
  files: string,
  git: Git,
  result: CommandResult,
): Promise<BuildError> {
  const reason = result.stderr.split('\n').filter((line) => line.startsWith('error: '))
  const partly = await git('--whitespace=nowarn', '--reject', '--verbose', file)
  const written = await readdir(files, { recursive: true })
  const rejects = written.filter((name) => name.endsWith('.rej')).toSorted()
  const look =
    patch.how.kind === 'commit'
      ? `read '${shellLine('git', ['-C', patch.origin, 'show', patch.how.commit.slice(0, 12)])}'`
      : `look at '${patch.origin}'`
  const hint = `nothing was built; apply the patches before it by hand and ${look}, or use the source that the series was made for; --3way merges hunks that fit elsewhere`
  const [first] = rejects
  if (first === undefined) {
    const words = reason[0]?.replace(/^error: /, '') ?? lastLines(result, 1).join('')
    return new BuildError('PATCH_DOES_NOT_APPLY', `the patch ${patch.name} does not apply: ${words}`, {
      tail: reason,
      hint,
    })
  }
  const text = await readFile(path.join(files, first), 'latin1')
  const target = first.replace(/\.rej$/, '')
  const [header = ''] = /^@@ .*$/m.exec(text) ?? []
  const number = rejectedHunk(partly.stderr, target)
  const more = rejects.length === 1 ? '' : ` (and in ${rejects.length - 1} more files)`
  return new BuildError(
    'PATCH_DOES_NOT_APPLY',
    `the patch ${patch.name} does not apply: ${target}, hunk ${number} ${header}${more}`,
    { tail: [...hunkLines(text), ...(await linesAtHunk(path.join(files, target), header))], hint },
  )
}

const mostHunkLines = 25

/** Returns the lines of the first rejected hunk without its header, which is in the message. */
function hunkLines(rejected: string): string[] {
  const [, first = ''] = Buffer.from(rejected, 'latin1')
    .toString()
    .split(/^@@ .*\n/m)
  return first.trimEnd().split('\n').slice(0, mostHunkLines)
}

/** Returns the lines of the file at the place of its first rejected hunk; all hunks before that one are in the file. */
async function linesAtHunk(file: string, header: string): Promise<string[]> {
  const [, oldCount = '1', start = '0'] = /^@@ -\d+(?:,(\d+))? \+(\d+)/.exec(header) ?? []
  const status = await lstat(file).catch(() => undefined)
  if (status?.isFile() !== true) return []
  const lines = (await readFile(file, 'utf8')).replace(/\n$/, '').split('\n')
  const first = Math.max(1, Number(start))
  const found = lines.slice(first - 1, first - 1 + Math.min(mostHunkLines, Number(oldCount)))
  const count = lines.length === 1 ? '1 line' : `${lines.length} lines`
  if (found.length === 0) return [`the file has ${count}`]
  return [`the file has ${count}; from line ${first} on:`, ...found.map((line) => ` ${line}`)]
}

/** Finds the number of the rejected hunk: a line for each hunk follows `Applying patch FILE with 1 reject...`. */
function rejectedHunk(output: string, file: string): string {
  const section = output.slice(Math.max(0, output.indexOf(`Applying patch ${file} with`)))
  const number = /^Rejected hunk #(\d+)/m.exec(section)?.[1]
  return number === undefined ? '' : `#${number}`
}
