// A directory that changes between the look at it and the build: no kernel is stored under the key of another state.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inWorkTree } from '../../../../harness/kernel/kernel-tree.ts'
import { withSource } from '../../../../harness/kernel/provide.ts'
import { obtainSource } from '../../../../harness/kernel/source.ts'
import { miniDefinition, noticesOf, recordingContext } from '../fixtures/mini-tree.ts'

void test('another builder updates the copy before this one reads it', async (t) => {
  const directory = t.testdir()
  const tree = path.join(directory, 'linux-mini')
  const definition = { ...(await miniDefinition(directory)), source: { kind: 'dir' as const, path: tree } }
  const context = recordingContext(path.join(directory, 'cache'))
  const keys: string[] = []
  const worked = await withSource(definition, context, false, async (ingredients) => {
    keys.push(ingredients.key)
    if (keys.length === 1) {
      await writeFile(path.join(tree, 'virt/other.c'), 'int changed;\n')
      await obtainSource(definition.source, recordingContext(context.cache), false)
    }
    return inWorkTree(ingredients, context, async () => ingredients.key)
  })
  t.equal(keys.length, 2)
  t.not(keys[1], keys[0])
  t.equal(worked, keys[1])
  t.match(noticesOf(context.told), [/is no longer the state of the directory; it is obtained again/])
})

void test('a directory that changes each time is an error, and leaves a cache that works', async (t) => {
  const directory = t.testdir()
  const tree = path.join(directory, 'linux-mini')
  const definition = { ...(await miniDefinition(directory)), source: { kind: 'dir' as const, path: tree } }
  const context = recordingContext(path.join(directory, 'cache'))
  let count = 0
  const build = (isChanging: boolean): Promise<string> =>
    withSource(definition, context, false, async (ingredients) => {
      if (isChanging) {
        await writeFile(path.join(tree, 'virt/other.c'), `int changed = ${(count += 1)};\n`)
        await obtainSource(definition.source, recordingContext(context.cache), false)
      }
      return inWorkTree(ingredients, context, async () => ingredients.key)
    })
  await t.rejects(build(true), { code: 'SOURCE_CHANGING', hint: /run the same command again/ })
  t.ok(await build(false))
})
