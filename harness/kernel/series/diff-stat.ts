// The diff stat of a patch.
import { InfraError } from '../../base/errors.ts'
import { lastLines, succeed } from '../command.ts'
import { gitEnvironment } from '../source/git-environment.ts'
import type { Patch } from './patch.ts'

/** Returns the lines of `git apply --stat`: the changed files with the number of changed lines, and their sum. */
export async function diffStat({ diff, strip }: Pick<Patch, 'diff' | 'strip'>, signal: AbortSignal): Promise<string[]> {
  const output = await succeed(
    'git',
    ['apply', '--stat', '--summary', `-p${strip}`, '-'],
    {
      signal,
      stage: 'counting the changed lines',
      // Inside a repository, git apply would leave out files outside of the current directory.
      cwd: '/',
      env: { ...gitEnvironment, GIT_CEILING_DIRECTORIES: '/' },
      input: Buffer.from(diff, 'latin1'),
    },
    (result) => new InfraError('GIT_FAILED', 'git apply --stat failed', { tail: lastLines(result) }),
  )
  return output.split('\n').filter((line) => line !== '')
}
