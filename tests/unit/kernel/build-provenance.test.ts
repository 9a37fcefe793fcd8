import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtempDisposable, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type Test } from 'tap'
import { sha256OfFile } from '../../../harness/cache/hash.ts'
import type { SeriesPart } from '../../../harness/kernel/definition/definition.ts'
import { provideKernel, type KernelBuild } from '../../../harness/kernel/provide.ts'
import { projectRoot } from '../../../harness/base/paths.ts'
import { gmemPatch, miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

const patches = { '0001-b.patch': gmemPatch(), '0002-c.patch': gmemPatch('20', '30') }

/** Runs the command lines in a directory and compares what they make with what was built. */
async function repeatIn(place: string, kernel: KernelBuild, t: Test, env = process.env): Promise<void> {
  await writeFile(path.join(place, 'repeat.sh'), kernel.provenance.repeat.join('\n'))
  execFileSync('sh', ['-eu', 'repeat.sh'], { cwd: place, stdio: 'pipe', env })
  const objects = path.join(place, 'linux/gmemtest-objects')
  t.equal(await sha256OfFile(path.join(objects, 'vmlinux')), await sha256OfFile(kernel.vmlinuxDebug))
  t.equal(await readFile(path.join(objects, '.config'), 'utf8'), await readFile(kernel.config, 'utf8'))
}

void test('the command lines to repeat a build by hand make the same vmlinux, byte for byte', async (t) => {
  await using directory = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-provenance-'))
  const definition = await miniDefinition(directory.path, { patches })
  const kernel = await provideKernel(definition, recordingContext(path.join(directory.path, 'cache')))
  t.equal(kernel.provenance.repeat[0], '# in an empty directory; the tree comes to ./linux')
  const empty = path.join(directory.path, 'empty')
  await mkdir(empty)
  await repeatIn(empty, kernel, t)
})

void test('with patches of the project, the command lines work in any checkout, and for a stored build too', async (t) => {
  const inside = t.testdir()
  const definition = await miniDefinition(inside, { patches })
  const context = recordingContext(path.join(inside, 'cache'))
  const kernel = await provideKernel(definition, context)
  const [where, ...lines] = kernel.provenance.repeat
  t.equal(where, '# in the top directory of a checkout of gmemtest; the tree comes to ./linux')
  const series = path.join(path.relative(projectRoot, inside), 'series')
  t.ok(lines.includes(`apply_mails ${series}/0001-b.patch 1 1`))
  t.ok(lines.includes(`apply_mails ${series}/0002-c.patch 1 1`))

  await using checkout = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-provenance-'))
  execFileSync('git', ['init', '-q', checkout.path])
  await cp(path.join(inside, 'series'), path.join(checkout.path, series), { recursive: true })
  await repeatIn(checkout.path, kernel, t)

  const file = path.join(kernel.directory, 'provenance.json')
  // The store compares milliseconds: the middle of one survives the way through seconds.
  const time = (Math.floor((await stat(file)).mtimeMs) + 0.5) / 1000
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('apply_mails', 'apply_nails'))
  await utimes(file, time, time)
  const found = await provideKernel(definition, context)
  t.equal(found.cached, true)
  t.strictSame(found.provenance.repeat, kernel.provenance.repeat)
})

function encoded(text: string): string {
  const [head = '', body = ''] = text.split(/\n\n([^]*)/)
  return `${head}\nContent-Transfer-Encoding: base64\n\n${Buffer.from(body).toString('base64')}\n\n`
}

/** Series whose patches cannot be applied by `git apply FILE`, each with the same changes of virt/gmem.c. */
async function oddSeries(place: string): Promise<SeriesPart[]> {
  const [one, two, three] = [gmemPatch('2', '20'), gmemPatch('20', '30'), gmemPatch('30', '40')]
  const [four, five] = [gmemPatch('40', '50'), gmemPatch('50', '60')]
  const folder = path.join(place, "a folder's")
  await mkdir(folder)
  const cover = one.replace(/Subject.*/, 'Subject: [PATCH 0/2] all').replace(/---[^]*/, '\n')
  await writeFile(path.join(folder, 'mails'), cover + encoded(one) + encoded(two))
  await writeFile(
    path.join(folder, 'zero'),
    `Text.\n${three.slice(three.indexOf('diff --git')).replaceAll(/ [ab]\//g, ' ')}`,
  )
  await writeFile(path.join(folder, 'series'), 'mails\nzero -p0\n')

  const repository = path.join(place, 'repository')
  execFileSync('git', ['init', '-q', repository])
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' })
  const source = path.join(repository, 'virt/gmem.c')
  await mkdir(path.dirname(source))
  await writeFile(
    source,
    (await readFile(path.join(place, 'linux-mini/virt/gmem.c'), 'utf8')).replace('b = 2', 'b = 40'),
  )
  git('add', '.')
  git('commit', '-q', '-m', 'base')
  for (const [message, patch] of [
    ['four\n\nThe diff was:\n\n', four],
    ['five\n', five],
  ] as const) {
    execFileSync('git', ['-C', repository, 'apply', '--index'], { input: patch })
    git('commit', '-q', '-m', `${message}${patch}`)
  }
  git('commit', '-q', '--allow-empty', '-m', 'cover')
  git('replace', '--graft', 'HEAD~1')
  for (const setting of ['diff.noprefix', 'diff.mnemonicPrefix', 'core.autocrlf']) git('config', setting, 'true')
  return [
    { kind: 'path', name: 'folder', path: folder },
    { kind: 'git', name: 'range', repository, range: 'HEAD~3..HEAD' },
  ]
}

void test('encoded mails, levels and commits: the command lines make the same vmlinux', async (t) => {
  await using directory = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-provenance-'))
  const plain = await miniDefinition(directory.path)
  const definition = { ...plain, series: await oddSeries(directory.path) }
  const kernel = await provideKernel(definition, recordingContext(path.join(directory.path, 'cache')))
  t.equal(kernel.provenance.patches.length, 5)
  const empty = path.join(directory.path, 'empty')
  await mkdir(empty)
  // A hook of git starts gmemtest, and a user has settings.
  await repeatIn(empty, kernel, t, {
    ...process.env,
    GIT_DIR: directory.path,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'apply.ignoreWhitespace',
    GIT_CONFIG_VALUE_0: 'change',
  })
  t.match(await readFile(path.join(empty, 'linux/virt/gmem.c'), 'utf8'), /b = 60;/)
})
