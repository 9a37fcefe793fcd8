import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync } from 'node:fs'
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

/** Runs the lines of provenance.json that get the source, as a user would, and returns the tree hash of ./linux. */
async function repeatIn(
  place: string,
  repeat: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const lines = ['unset $(git rev-parse --local-env-vars)', ...repeat].join('\n')
  execFileSync('sh', ['-eu', '-c', lines], { cwd: place, stdio: 'pipe', env })
  return treeOf(path.join(place, 'linux'))
}

/** Returns the hash of the files of a directory as they are, without any conversion. */
function treeOf(directory: string): string {
  const repository = path.join(path.dirname(directory), `hash-${path.basename(path.dirname(directory))}`)
  execFileSync('git', ['init', '-q', '--bare', repository])
  const where = [`--git-dir=${repository}`, `--work-tree=${directory}`]
  writeFileIn(repository, 'info/attributes', '* -text -filter -ident -working-tree-encoding\n')
  execFileSync('git', [...where, 'add', '-A', '-f', '.'], { cwd: directory })
  return execFileSync('git', [...where, 'write-tree'], { encoding: 'utf8' }).trim()
}

function writeFileIn(repository: string, name: string, text: string): void {
  execFileSync('sh', [
    '-c',
    'mkdir -p "$(dirname "$1")" && printf %s "$2" > "$1"',
    'sh',
    path.join(repository, name),
    text,
  ])
}

async function oddRepositoryIn(directory: string): Promise<string> {
  const repository = await repositoryIn(directory)
  execFileSync('ln', ['-s', 'Makefile', path.join(repository, 'link')])
  await writeFile(path.join(repository, 'text'), 'one\ntwo $Id$\n')
  git(repository, 'add', '.')
  git(repository, 'commit', '-q', '-m', 'link')
  return repository
}

/** Settings of a repository that change what git writes to a work tree. */
function configure(repository: string): void {
  const settings = {
    'core.symlinks': 'false',
    'core.autocrlf': 'true',
    'core.eol': 'crlf',
    'filter.x.smudge': 'tr a-z A-Z',
    'core.fsmonitor': '/bin/false',
    'core.hooksPath': '/nonexistent',
  }
  for (const [name, value] of Object.entries(settings)) git(repository, 'config', name, value)
  writeFileIn(repository, '.git/info/attributes', '* text filter=x ident\n')
}

function objectsOf(repository: string): string[] {
  return readdirSync(path.join(repository, '.git'), { recursive: true, encoding: 'utf8' }).toSorted()
}

void test('the settings, replacements and owner of a repository of this computer do not matter', async (t) => {
  const directory = t.testdir({ place: {}, other: {} })
  const location = await oddRepositoryIn(directory)
  const wanted = git(location, 'rev-parse', 'HEAD^{tree}')
  configure(location)
  git(location, 'replace', 'HEAD', 'HEAD~1')
  // git refuses the repository of another user, unless the tests run as an ordinary user.
  if (process.getuid?.() === 0) chownSync(location, 65534, 65534)
  const before = objectsOf(location)
  const context = recordingContext(path.join(directory, 'cache'))
  const found = await obtainGit({ location, ref: 'main' }, context, false)
  t.equal(treeOf(path.join(context.cache, 'sources', found.directory, 'tree')), wanted)
  t.equal(
    await repeatIn(path.join(directory, 'place'), found.repeat, { ...process.env, GIT_DIR: '/nonexistent' }),
    wanted,
  )
  t.strictSame(objectsOf(location), before)
})

void test('a partial clone is completed at once, and nothing is written to it', async (t) => {
  const directory = t.testdir({ place: {} })
  const repository = await oddRepositoryIn(directory)
  git(repository, 'config', 'uploadpack.allowFilter', 'true')
  const location = path.join(directory, 'clone')
  execFileSync('git', ['clone', '-q', '-n', '--filter=blob:none', `file://${repository}`, location], { stdio: 'pipe' })
  const before = objectsOf(location)
  const context = recordingContext(path.join(directory, 'cache'))
  const found = await obtainGit({ location, ref: 'HEAD' }, context, false)
  t.equal(
    treeOf(path.join(context.cache, 'sources', found.directory, 'tree')),
    git(repository, 'rev-parse', 'HEAD^{tree}'),
  )
  t.strictSame(objectsOf(location), before)
})

void test('the settings of the user for the network reach git, and those for work trees do not', async (t) => {
  const directory = t.testdir({ place: {}, home: {} })
  const repository = await oddRepositoryIn(directory)
  const config = `[url "file://${repository}"]\n\tinsteadOf = https://example.invalid/linux\n[core]\n\tautocrlf = true\n`
  writeFileIn(path.join(directory, 'home'), '.gitconfig', config)
  const before = { ...process.env }
  t.teardown(() => void (process.env = before))
  for (const [name, value] of [
    ['HOME', path.join(directory, 'home')],
    ['GIT_CONFIG_GLOBAL', path.join(directory, 'home/.gitconfig')],
  ] as const) {
    process.env = { ...before, [name]: value }
    const context = recordingContext(path.join(directory, `cache-${name}`))
    const found = await obtainGit({ location: 'https://example.invalid/linux', ref: 'main' }, context, false)
    const wanted = git(repository, 'rev-parse', 'main^{tree}')
    t.equal(treeOf(path.join(context.cache, 'sources', found.directory, 'tree')), wanted)
    const place = path.join(directory, `place-${name}`)
    execFileSync('mkdir', [place])
    t.equal(await repeatIn(place, found.repeat), wanted)
  }
})

void test('the attributes of the user do not matter', async (t) => {
  const directory = t.testdir({ place: {}, home: {} })
  const repository = await oddRepositoryIn(directory)
  const wanted = await readFile(path.join(repository, 'text'), 'utf8')
  const home = path.join(directory, 'home')
  writeFileIn(home, '.config/git/attributes', '* text eol=crlf ident\n')
  const before = { ...process.env }
  t.teardown(() => void (process.env = before))
  const { XDG_CONFIG_HOME: _, ...others } = before
  for (const [name, env] of Object.entries({
    home: { ...others, HOME: home },
    xdg: { ...others, XDG_CONFIG_HOME: path.join(home, '.config') },
  })) {
    process.env = env
    const context = recordingContext(path.join(directory, `cache-${name}`))
    const found = await obtainGit({ location: repository, ref: 'main' }, context, false)
    t.equal(await readFile(path.join(context.cache, 'sources', found.directory, 'tree/text'), 'utf8'), wanted, name)
    const place = path.join(directory, `place-${name}`)
    execFileSync('mkdir', [place])
    await repeatIn(place, found.repeat, env)
    t.equal(await readFile(path.join(place, 'linux/text'), 'utf8'), wanted, `${name}, by hand`)
  }
})
