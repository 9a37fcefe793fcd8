// The files of a developer's directory that belong to the source: all but the products of builds in it.
import path from 'node:path'
import { byteName, textOfName } from '../../base/byte-name.ts'
import { InfraError } from '../../base/errors.ts'
import { exists } from '../../cache/atomic-file.ts'
import { makeWhole } from '../../cache/whole-directory.ts'
import { shellWord } from '../../process/child.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import { gitEnvironment } from './git-environment.ts'
import type { Entry } from './listing.ts'

/**
 * Ignore patterns for the top of a tree. Debian's .gitignore hides all of it, so the first pattern shows all files again
 * (the last pattern that matches decides); the others hide the products of a build in the tree.
 */
const topLevel = ['!/*', '/.*', '/vmlinux*', '/System.map', '/Module.symvers', '/modules.*', '/*.o', '/*.a']

/**
 * Lists the files that are not build products, as byte names, by the tree's own ignore rules, with or without a repository.
 * The cache of gmemtest in the tree is no source.
 * @param entries all files of the tree
 * @throws {InfraError} TREE_UNREADABLE
 */
export async function sourceFiles(
  root: string,
  entries: ReadonlyMap<string, Entry>,
  context: BuildContext,
): Promise<string[]> {
  const cache = byteName(path.relative(root, context.cache))
  const names: string[] = []
  const directories = ['']
  for (const directory of directories) {
    for (const name of await listedBy(path.join(root, textOfName(directory)), context)) {
      const file = `${directory}${name}`.replace(/\/$/, '')
      if (isInside(cache, file)) continue
      const type = entries.get(file)?.type
      if (type !== undefined && type !== 'd') names.push(file)
      // A repository in the tree or a submodule: git names it without its files.
      else if (['.git', '.git/HEAD'].some((part) => entries.has(`${file}/${part}`))) directories.push(`${file}/`)
    }
  }
  return names
}

function isInside(directory: string, name: string): boolean {
  return name.startsWith(`${directory}/`)
}

/** Runs `git ls-files` in a directory, which need not be a repository. */
async function listedBy(root: string, context: BuildContext): Promise<Set<string>> {
  const isTracked = await exists(path.join(root, '.git'))
  const where = isTracked ? [] : [`--git-dir=${await emptyRepository(context)}`, `--work-tree=${root}`]
  const what = isTracked ? ['--cached', '--others'] : ['--others']
  const excluded = ['--exclude-per-directory=.gitignore', ...topLevel.map((name) => `--exclude=${name}`)]
  // The repository may be another user's, whose programs must not run.
  const settings = ['-c', 'safe.directory=*', '-c', 'core.fsmonitor=false']
  const list = [...settings, ...where, '-C', root, 'ls-files', '-z', ...what, ...excluded]
  const options = {
    signal: context.signal,
    stage: 'listing the source',
    env: gitEnvironment,
    encoding: 'latin1' as const,
  }
  const output = await succeed('git', list, options, (result) => unlisted(root, result))
  return new Set(output.split('\0').filter((name) => name !== ''))
}

function unlisted(directory: string, result: CommandResult): InfraError {
  return new InfraError('TREE_UNREADABLE', `git cannot list ${directory}`, {
    tail: lastLines(result, 5).map(textOfName),
    hint: `run 'git -C ${shellWord(directory)} status', and mend what it says`,
  })
}

/** Returns whether git takes a directory for a bare repository. */
async function isRepository(directory: string): Promise<boolean> {
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((part) => exists(path.join(directory, part))))
  return parts.every(Boolean)
}

/** Returns a repository without commits: git reads ignore rules only with a repository. */
async function emptyRepository({ cache, signal }: BuildContext): Promise<string> {
  const repository = path.join(cache, 'git', 'empty.git')
  if (await isRepository(repository)) return repository
  const init = async (aside: string): Promise<void> => {
    const options = { signal, stage: 'listing the source', env: gitEnvironment }
    await succeed('git', ['init', '-q', '--bare', aside], options, (result) => unlisted(aside, result))
  }
  await makeWhole(repository, init, isRepository)
  return repository
}
