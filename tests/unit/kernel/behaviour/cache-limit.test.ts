// A build prunes the cache to its limit, and says so; the kernel that it made stays.
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { fillCache, storedKey } from '../fixtures/stored-kernel.ts'
import { miniDefinition, noticesOf, recordingContext } from '../fixtures/mini-tree.ts'

void test('an old kernel goes when a new one comes, and the new one stays over the limit', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  await fillCache(context.cache)
  const definition = await miniDefinition(directory)
  const { key } = await provideKernel(definition, { ...context, mostCached: 0 })
  t.strictSame(await readdir(path.join(context.cache, 'kernels')), [key])
  const [pruned, rest] = noticesOf(context.told)
  t.match(pruned, /^pruned the cache: removed 1 kernel, .*; the limit is 0\.0 MiB$/)
  t.match(rest, /^the cache has .* MiB, the limit is 0\.0 MiB, and the rest is in use$/)
  t.equal((await provideKernel(definition, { ...context, mostCached: 0 })).cached, true)
})

void test('without a limit, and below it, nothing is pruned', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  await fillCache(context.cache)
  const definition = await miniDefinition(directory)
  await provideKernel(definition, context)
  await writeFile(path.join(directory, 'mini.config'), 'CONFIG_PARENT=y\n')
  await provideKernel(definition, { ...context, mostCached: 2 ** 40 })
  t.equal((await readdir(path.join(context.cache, 'kernels'))).length, 3)
  t.ok((await readdir(path.join(context.cache, 'kernels'))).includes(storedKey))
  t.strictSame(noticesOf(context.told), [])
})
