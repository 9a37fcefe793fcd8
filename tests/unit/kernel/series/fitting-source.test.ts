import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { BuildError, InfraError } from '../../../../harness/base/errors.ts'
import { namingFittingSource } from '../../../../harness/kernel/series/fitting-source.ts'
import type { Patch } from '../../../../harness/kernel/series/patch.ts'
import {
  lockSource,
  makeTree,
  remember,
  treeOf,
  type SourceIdentity,
} from '../../../../harness/kernel/source/pristine.ts'
import { recordingContext } from '../fixtures/mini-tree.ts'

const failed = new BuildError('PATCH_DOES_NOT_APPLY', 'the patch p does not apply: x, hunk #1', {
  hint: 'nothing was built',
  tail: ['-old'],
})
const patches: readonly Patch[] = [
  {
    name: 'p',
    origin: 'p.patch',
    how: { kind: 'diff', isCrLf: false },
    subject: 'p',
    diff: 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n',
    strip: 1,
    sha256: '',
    content: '',
  },
]

/** A cache with sources of these versions, each with a file x of this content. */
async function cacheWith(directory: string, sources: Readonly<Record<string, string>>) {
  const context = recordingContext(path.join(directory, 'cache'))
  const identities: SourceIdentity[] = []
  for (const [version, content] of Object.entries(sources)) {
    const identity = { kind: 'debian', content, version, directory: version, facts: {}, repeat: [] } as const
    await makeTree(context, version, (tree) => writeFile(path.join(tree, 'x'), content))
    await remember(context.cache, version, identity)
    identities.push(identity)
  }
  return { context, identities, scratch: path.join(directory, 'scratch') }
}

void test('the nearest version in the cache to which the series applies is named', async (t) => {
  const sources = { 'linux-7.3': 'other\n', 'linux-6.12': 'old\n', 'linux-7.2': 'old\n', 'linux-7.1': 'else\n' }
  const { context, identities, scratch } = await cacheWith(t.testdir(), sources)
  const [identity] = identities
  if (identity === undefined) throw new Error('a source must be there')
  t.match(await namingFittingSource(failed, { patches, identity, scratch }, context), {
    code: 'PATCH_DOES_NOT_APPLY',
    message: failed.message,
    tail: failed.tail,
    hint: 'the series applies to linux-7.2, which is in the cache: make it the source of the definition',
  })
})

void test('the error stays where no other version fits, and where something else is wrong', async (t) => {
  const { context, identities, scratch } = await cacheWith(t.testdir(), { 'linux-7.3': 'other\n', 'linux-7.2': 'no\n' })
  const [identity] = identities
  if (identity === undefined) throw new Error('a source must be there')
  const attempt = { patches, identity, scratch }
  t.equal(await namingFittingSource(failed, attempt, context), failed)
  const full = new InfraError('NO_SPACE', 'the disk is full')
  t.equal(await namingFittingSource(full, attempt, context), full)
})

/** The directories of the two sources below. */
const [own, other] = ['linux-7.3', 'linux-7.2'] as const

async function withFitting(directory: string) {
  const { context, identities, scratch } = await cacheWith(directory, { [own]: 'other\n', [other]: 'old\n' })
  const [identity] = identities
  if (identity === undefined) throw new Error('a source must be there')
  const search = (): Promise<unknown> => namingFittingSource(failed, { patches, identity, scratch }, context)
  return { context, scratch, search }
}

void test('a source that another builder uses is not read', async (t) => {
  const { context, search } = await withFitting(t.testdir())
  {
    await using lock = await lockSource(context, other)
    void lock
    t.equal(await search(), failed)
  }
  t.match(await search(), { hint: new RegExp(`applies to ${other}`) })
})

void test('a source that has changed since it was unpacked is not named', async (t) => {
  const { context, search } = await withFitting(t.testdir())
  await writeFile(path.join(treeOf(context.cache, { directory: other }), 'y'), 'new')
  t.equal(await search(), failed)
})

void test('trouble with another source leaves the error as it is', async (t) => {
  const { scratch, search } = await withFitting(t.testdir())
  await writeFile(scratch, 'a file, so that no directory can be made in it')
  t.equal(await search(), failed)
})

void test('an abort ends the search', async (t) => {
  const { context, identities, scratch } = await cacheWith(t.testdir(), { [own]: 'other\n', [other]: 'old\n' })
  const [identity] = identities
  if (identity === undefined) throw new Error('a source must be there')
  const ended = { ...context, signal: AbortSignal.abort(new Error('enough')) }
  await t.rejects(namingFittingSource(failed, { patches, identity, scratch }, ended), { message: 'enough' })
})
