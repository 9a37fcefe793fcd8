import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtempDisposable, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type Test } from 'tap'
import { sha256OfFile } from '../../../harness/cache/hash.ts'
import { patchsetHash } from '../../../harness/kernel/build-provenance.ts'
import { provideKernel, type KernelBuild } from '../../../harness/kernel/provide.ts'
import { projectRoot } from '../../../harness/base/paths.ts'
import { gmemPatch, miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

const patches = { '0001-b.patch': gmemPatch(), '0002-c.patch': gmemPatch('20', '30') }

/** Runs the command lines in a directory and compares what they make with what was built. */
async function repeatIn(place: string, kernel: KernelBuild, t: Test): Promise<void> {
  await writeFile(path.join(place, 'repeat.sh'), kernel.provenance.repeat.join('\n'))
  execFileSync('sh', ['-eu', 'repeat.sh'], { cwd: place, stdio: 'pipe' })
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
  t.ok(lines.includes(`(cd linux && git apply ../${series}/0001-b.patch ../${series}/0002-c.patch)`))

  await using checkout = await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-provenance-'))
  execFileSync('git', ['init', '-q', checkout.path])
  await cp(path.join(inside, 'series'), path.join(checkout.path, series), { recursive: true })
  await repeatIn(checkout.path, kernel, t)

  const file = path.join(kernel.directory, 'provenance.json')
  // The store compares milliseconds: the middle of one survives the way through seconds.
  const time = (Math.floor((await stat(file)).mtimeMs) + 0.5) / 1000
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('../', '/./'))
  await utimes(file, time, time)
  const found = await provideKernel(definition, context)
  t.equal(found.cached, true)
  t.strictSame(found.provenance.repeat, kernel.provenance.repeat)
})

void test("KCIDB's patchset_hash", (t) => {
  const directory = t.testdir({ 'a.patch': 'a\n', 'b.patch': 'b\n' })
  const wanted = execFileSync('sh', ['-c', 'sha256sum *.patch | cut -c-64 | sha256sum | cut -c-64'], {
    cwd: directory,
  })
  const hashes = execFileSync('sh', ['-c', 'sha256sum *.patch | cut -c-64'], {
    cwd: directory,
    encoding: 'utf8',
  })
  t.equal(patchsetHash(hashes.trim().split('\n')), wanted.toString().trim())
  t.equal(patchsetHash([]), '')
  t.end()
})
