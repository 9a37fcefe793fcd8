// The sources of a kernel for debuggers: those of this kernel, also after the build of another one.
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { provideKernel } from '../../../harness/kernel/provide.ts'
import { provideSourceTree } from '../../../harness/kernel/source-tree.ts'
import { gmemPatch, miniDefinition, recordingContext } from './fixtures/mini-tree.ts'

const patchFile = 'series/0001-b.patch'

/** Returns a patch that adds a link. */
function linkPatch(name: string, target: string): string {
  return `diff --git a/${name} b/${name}\nnew file mode 120000\n--- /dev/null\n+++ b/${name}\n@@ -0,0 +1 @@\n+${target}\n\\ No newline at end of file\n`
}

void test('each kernel has its own sources, also after the next build', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch() } })
  const first = await provideKernel(definition, context)
  const tree = await provideSourceTree(first, context)
  await writeFile(path.join(directory, patchFile), gmemPatch('2', '21'))
  const second = await provideKernel(definition, context)
  const other = await provideSourceTree(second, context)
  t.match(await readFile(path.join(tree, 'virt/gmem.c'), 'utf8'), /b = 20;/)
  t.match(await readFile(path.join(other, 'virt/gmem.c'), 'utf8'), /b = 21;/)
  t.match(await readFile(path.join(tree, 'virt/other.c'), 'utf8'), /other/)
  t.equal(await provideSourceTree(first, context), tree, 'it is found again, also with another series in its folder')
  const { mtimeMs } = await stat(path.join(tree, 'virt/gmem.c'))
  t.ok(mtimeMs < (await stat(first.vmlinux)).mtimeMs, 'gdb would warn of sources that are newer than the kernel')
})

void test('a link of the series leaves the file behind it as it is, which the cached source shares', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const outside = path.join(directory, 'outside')
  await writeFile(outside, '')
  const definition = await miniDefinition(directory, {
    patches: { '0001-a.patch': linkPatch('inside', 'virt/other.c') + linkPatch('outside', outside) },
  })
  const kernel = await provideKernel(definition, context)
  const [source = ''] = await readdir(path.join(context.cache, 'sources'))
  const files = [path.join(context.cache, 'sources', source, 'tree/virt/other.c'), outside]
  const times = async (): Promise<number[]> => Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))
  const before = await times()
  await provideSourceTree(kernel, context)
  t.strictSame(await times(), before)
})

void test('sources that the cache no longer has', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch() } })
  const kernel = await provideKernel(definition, context)
  await writeFile(path.join(directory, patchFile), gmemPatch('2', '21'))
  await t.rejects(provideSourceTree(kernel, context), { code: 'NO_SOURCES', message: /series have changed/ })
  await writeFile(path.join(directory, patchFile), gmemPatch())
  const [source = ''] = await readdir(path.join(context.cache, 'sources'))
  await writeFile(path.join(context.cache, 'sources', source, 'tree/virt/other.c'), 'int touched;\n')
  await t.rejects(provideSourceTree(kernel, context), { code: 'NO_SOURCES', message: /is not as it was unpacked/ })
  await rm(path.join(context.cache, 'sources'), { recursive: true, force: true })
  await t.rejects(provideSourceTree(kernel, context), {
    code: 'NO_SOURCES',
    message: /does not have the unpacked source/,
  })
  t.strictSame(await readdir(path.join(context.cache, 'kernel-sources')), [], 'nothing remains of a failure')
})

void test('the cache keeps the sources of four kernels', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch() } })
  for (const value of ['3', '4', '5', '6', '7']) {
    await writeFile(path.join(directory, patchFile), gmemPatch('2', value))
    await provideSourceTree(await provideKernel(definition, context), context)
  }
  t.equal((await readdir(path.join(context.cache, 'kernel-sources'))).length, 4)
})
