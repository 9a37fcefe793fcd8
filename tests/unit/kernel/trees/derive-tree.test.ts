// A kernel whose tree begins as a copy: only what differs is built, and the product is that of a build from nothing.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { takeLock } from '../../../../harness/cache/lock.ts'
import { sha256OfFile } from '../../../../harness/cache/hash.ts'
import type { KernelDefinition } from '../../../../harness/kernel/definition/definition.ts'
import { provideKernel, type KernelBuild } from '../../../../harness/kernel/provide.ts'
import { gmemPatch, miniDefinition, recordingContext } from '../fixtures/mini-tree.ts'

/** Returns a definition in another file, with one patch more. */
async function derived(definition: KernelDefinition, directory: string, name: string): Promise<KernelDefinition> {
  const patch = path.join(directory, `${name}.patch`)
  await writeFile(patch, gmemPatch())
  return {
    ...definition,
    name,
    file: path.join(directory, `${name}.yaml`),
    series: [...definition.series, { kind: 'path', name, path: patch }],
  }
}

function treeOf(cache: string, names: readonly string[], stem: string): string {
  return path.join(cache, 'trees', names.find((name) => name.startsWith(`${stem}-`)) ?? 'none')
}

async function productsOf({ directory }: KernelBuild): Promise<string[]> {
  return Promise.all(
    ['vmlinux', 'bzImage', 'config', 'System.map'].map((name) => sha256OfFile(path.join(directory, name))),
  )
}

void test('a definition that differs by a patch compiles one file, and gets the kernel of a build from nothing', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  const base = await provideKernel(definition, recordingContext(cache))
  t.equal(base.provenance.objects, 2)
  const more = await derived(definition, directory, 'more')
  const context = recordingContext(cache)
  const near = await provideKernel(more, context)
  t.equal(near.provenance.objects, 1, 'the file that the patch changes')
  t.ok(
    context.told.some(
      (progress) => progress.type === 'phase' && progress.detail.startsWith('a copy of the tree mini-'),
    ),
  )

  const fresh = await provideKernel(more, recordingContext(path.join(directory, 'other-cache')))
  t.equal(fresh.key, near.key)
  t.equal(fresh.provenance.objects, 2)
  t.strictSame(await productsOf(near), await productsOf(fresh))

  const again = await provideKernel(definition, recordingContext(cache))
  t.ok(again.cached)
  await rm(base.directory, { recursive: true })
  const { provenance } = await provideKernel(definition, recordingContext(cache))
  t.equal(provenance.objects, 0, 'the tree that was copied is as it was')
})

void test('objects are copies, command lines name the new tree, and times stay', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  await provideKernel(definition, recordingContext(cache))
  const from = treeOf(cache, await readdir(path.join(cache, 'trees')), 'mini')
  const objects = path.join(from, 'tree/gmemtest-objects')
  await mkdir(path.join(objects, 'virt'), { recursive: true })
  const command = path.join(objects, 'virt/.gmem.o.cmd')
  await writeFile(command, `gcc -fdebug-prefix-map=${from}/tree=. -I${from}/tree/include ${from}/treetop\n`)
  const before = await stat(path.join(objects, 'virt/other.o'))

  await provideKernel(await derived(definition, directory, 'more'), recordingContext(cache))
  const to = treeOf(cache, await readdir(path.join(cache, 'trees')), 'more')
  const copied = path.join(to, 'tree/gmemtest-objects/virt')
  const text = await readFile(path.join(copied, '.gmem.o.cmd'), 'utf8')
  t.equal(text, `gcc -fdebug-prefix-map=${to}/tree=. -I${to}/tree/include ${from}/treetop\n`)
  const after = await stat(path.join(copied, 'other.o'))
  t.equal(after.mtimeMs, before.mtimeMs)
  t.not(after.ino, before.ino)
  t.equal((await stat(path.join(to, 'tree/Makefile'))).ino, (await stat(path.join(from, 'tree/Makefile'))).ino)
})

void test('a tree that another process uses is not copied', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  await provideKernel(definition, recordingContext(cache))
  const [name = ''] = await readdir(path.join(cache, 'trees'))
  const { signal } = new AbortController()
  await using lock = await takeLock(cache, `tree-${name}`, { signal, onWait: () => undefined })
  void lock
  const { provenance } = await provideKernel(await derived(definition, directory, 'more'), recordingContext(cache))
  t.equal(provenance.objects, 2, 'a build from nothing')
})

void test('a flavour and other options begin with a copy as well, with a configuration of their own', async (t) => {
  const directory = t.testdir()
  const cache = path.join(directory, 'cache')
  const definition = await miniDefinition(directory)
  await provideKernel(definition, recordingContext(cache))
  const fragment = path.join(directory, 'less.config')
  await writeFile(fragment, 'CONFIG_PARENT=y\n')
  const other = { ...definition, flavour: 'less', fragments: [{ name: 'less', path: fragment }] }
  const kernel = await provideKernel(other, recordingContext(cache))
  t.equal(kernel.provenance.objects, 0)
  t.notMatch(await readFile(kernel.config, 'utf8'), /CHILD/)
  t.ok(existsSync(path.join(treeOf(cache, await readdir(path.join(cache, 'trees')), 'mini-less'), 'built-from.json')))
})
