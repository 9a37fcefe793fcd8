import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { identifyGit, obtainGit } from '../../../../harness/kernel/source/git.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'

function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    encoding: 'utf8',
  }).trim()
}

async function repositoryIn(directory: string): Promise<string> {
  const repository = path.join(directory, 'linux')
  execFileSync('git', ['init', '-q', '-b', 'main', repository])
  await writeFile(path.join(repository, 'Makefile'), 'one\n')
  git(repository, 'add', '.')
  git(repository, 'commit', '-q', '-m', 'one')
  return repository
}

void test('a repository of this computer is asked each time, and only read', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const location = await repositoryIn(directory)
  const first = await obtainGit({ location, ref: 'main' }, context, false)
  t.equal(first.facts['commit'], git(location, 'rev-parse', 'main'))
  const file = path.join(context.cache, 'sources', first.directory, 'tree/Makefile')
  t.equal(await readFile(file, 'utf8'), 'one\n')

  await writeFile(path.join(location, 'Makefile'), 'two\n')
  t.strictSame(await identifyGit({ location, ref: 'main' }, context), first, 'what is not committed does not count')
  git(location, 'commit', '-q', '-a', '-m', 'two')
  t.not((await identifyGit({ location, ref: 'main' }, context))?.content, first.content)
  t.equal(git(location, 'status', '--porcelain'), '')
})

void test('a branch behind a URL is pinned until a refresh', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const repository = await repositoryIn(directory)
  const source = { location: `file://${repository}`, ref: 'main' }
  t.equal(await identifyGit(source, context), undefined)
  const first = await obtainGit(source, context, false)
  await writeFile(path.join(repository, 'Makefile'), 'two\n')
  git(repository, 'commit', '-q', '-a', '-m', 'two')
  t.strictSame(await identifyGit(source, context), first)
  t.strictSame(await obtainGit(source, context, false), first)
  const second = await obtainGit(source, context, true)
  t.equal(second.facts['commit'], git(repository, 'rev-parse', 'main'))
  t.ok(existsSync(path.join(context.cache, 'sources', second.directory, 'tree/Makefile')))
})

void test('missing repositories and commits', async (t) => {
  const directory = t.testdir({ plain: {} })
  const context = recordingContext(path.join(directory, 'cache'))
  const location = await repositoryIn(directory)
  const obtain = async (place: string, ref: string): Promise<unknown> =>
    obtainGit({ location: place, ref }, context, false)
  await t.rejects(obtain(location, 'nope'), { code: 'SOURCE_REF_UNKNOWN', message: /no commit 'nope'/ })
  await t.rejects(obtain(`file://${location}`, 'nope'), { code: 'SOURCE_REF_UNKNOWN', hint: /git ls-remote/ })
  await t.rejects(obtain(path.join(directory, 'none'), 'main'), { code: 'SOURCE_MISSING' })
  await t.rejects(obtain(`file://${directory}/none`, 'main'), { code: 'SOURCE_UNREACHABLE' })
})
