// A kernel in miniature, from its definition to the store: made once, found again, made again where it must be.
import { readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { BuildError, UsageError } from '../../../harness/base/errors.ts'
import { provideKernel } from '../../../harness/kernel/provide.ts'
import { patchsetHash } from '../../../harness/kernel/proof/series-proof.ts'
import { sha256 } from '../../../harness/cache/hash.ts'
import { gmemPatch, miniDefinition, noticesOf, recordingContext } from './fixtures/mini-tree.ts'

void test('a build is made once, found again, and made again when one line changes', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch() } })

  const first = await provideKernel(definition, context)
  t.equal(first.cached, false)
  t.equal(first.provenance.release, '6.12.0-mini')
  t.equal(first.provenance.objects, 2)
  t.match(await readFile(first.config, 'utf8'), /^CONFIG_CHILD=y$/m)
  t.equal(first.provenance.patchsetHash, patchsetHash([sha256(gmemPatch())]))
  t.match(first.provenance.patches, [{ name: '0001-b.patch', subject: /another b/, patchId: /^[0-9a-f]{40}$/ }])

  const found = await provideKernel(definition, context)
  t.equal(found.cached, true)
  t.equal(found.key, first.key)

  await writeFile(path.join(directory, 'series/0001-b.patch'), gmemPatch().replace('Because.', 'For a reason.'))
  t.equal((await provideKernel(definition, context)).key, first.key, 'a commit message is not part of the key')

  await writeFile(path.join(directory, 'series/0001-b.patch'), gmemPatch('2', '21'))
  const changed = await provideKernel(definition, context)
  t.not(changed.key, first.key)
  t.equal(changed.provenance.objects, 1, 'only the file that changed is compiled')

  await rm(path.join(directory, 'series/0001-b.patch'))
  await writeFile(path.join(directory, 'series/0001-b.patch'), gmemPatch())
  t.equal((await provideKernel(definition, context)).cached, true, 'the first one is still there')
})

void test('a patch that does not apply is named with file and hunk, and nothing is built', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const patches = { '0001-b.patch': gmemPatch(), '0002-again.patch': gmemPatch('7', '8') }
  const definition = await miniDefinition(directory, { patches })
  const error = await provideKernel(definition, context).catch((thrown: unknown) => thrown)
  if (!(error instanceof BuildError)) throw error
  t.equal(error.code, 'PATCH_DOES_NOT_APPLY')
  t.match(error.message, /0002-again\.patch does not apply: virt\/gmem\.c, hunk #1 @@ -1,6 \+1,6 @@/)
  t.ok(error.tail.includes('-\tint b = 7;'))
  t.notOk(context.told.some((progress) => progress.type === 'phase' && progress.phase === 'compile'))
})

void test('an option that does not survive fails the build with its unmet dependency', async (t) => {
  const directory = t.testdir()
  const definition = await miniDefinition(directory, { config: '# why\nCONFIG_CHILD=y\n' })
  await t.rejects(provideKernel(definition, recordingContext(path.join(directory, 'cache'))), {
    code: 'OPTION_LOST',
    message: /CONFIG_CHILD is n, not y as .*mini\.config:2 asks: it depends on PARENT \(PARENT=n\)/,
  })
})

void test('code that does not compile is shown with file and line, and building goes on from there', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch('2', 'oops') } })
  await t.rejects(provideKernel(definition, context), {
    code: 'KERNEL_BUILD_FAILED',
    message: /virt\/gmem\.c:4:\d+: error: .*oops/,
  })
  await writeFile(path.join(directory, 'series/0001-b.patch'), gmemPatch())
  t.equal((await provideKernel(definition, context)).provenance.objects, 1)
})

void test('a damaged entry is reported, removed and built again', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory)
  const { vmlinux, bzImage } = await provideKernel(definition, context)
  const { length } = await readFile(vmlinux)

  await truncate(vmlinux, length - 1)
  t.equal((await provideKernel(definition, context)).cached, false)
  t.equal((await readFile(vmlinux)).length, length)
  t.match(noticesOf(context.told), [/is damaged \(vmlinux has \d+ bytes instead of \d+\)/])

  const image = await readFile(bzImage)
  await utimes(bzImage, 1, 1)
  t.equal((await provideKernel(definition, context)).cached, true, 'another time alone is no damage')
  image[100] = (image[100] ?? 0) ^ 1
  await writeFile(bzImage, image)
  await utimes(bzImage, 1, 1)
  t.equal((await provideKernel(definition, context)).cached, false, 'a changed bit is')
})

void test('a changed source is noticed and unpacked again', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory)
  const { provenance } = await provideKernel(definition, context)
  if (definition.source.kind !== 'tarball') return
  const tree = path.join(directory, 'cache/sources', `tarball-${definition.source.sha256.slice(0, 32)}`, 'tree')
  await writeFile(path.join(tree, 'virt/gmem.c'), 'int gmem;\n')
  await writeFile(path.join(directory, 'mini.config'), 'CONFIG_PARENT=y\n')
  const again = await provideKernel(definition, context)
  t.match(noticesOf(context.told), [/is not as it was unpacked; it is obtained again/])
  t.match(await readFile(path.join(tree, 'virt/gmem.c'), 'utf8'), /int a = 1/)
  t.not(again.key, provenance.key)
})

void test('a cache with a blank in its path is refused with the reason', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'my cache'))
  await t.rejects(provideKernel(await miniDefinition(directory), context), {
    code: 'CACHE_PATH',
    message: /it has a blank$/,
    hint: /XDG_CACHE_HOME/,
  })
})

void test('a wrong hash is refused before anything is unpacked', async (t) => {
  const directory = t.testdir()
  const definition = await miniDefinition(directory)
  if (definition.source.kind !== 'tarball') return
  const source = { ...definition.source, sha256: '0'.repeat(64) }
  const context = recordingContext(path.join(directory, 'cache'))
  const error = await provideKernel({ ...definition, source }, context).catch((thrown: unknown) => thrown)
  if (!(error instanceof UsageError)) throw error
  t.equal(error.code, 'SOURCE_HASH')
  t.match(error.message, definition.source.sha256)
})
