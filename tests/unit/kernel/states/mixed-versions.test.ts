// Kernels between two versions of a series.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { readSeries } from '../../../../harness/kernel/series.ts'
import {
  changeOfPatch,
  counterpartOf,
  droppedWith,
  mixedPatches,
  withMixedVersions,
} from '../../../../harness/kernel/states/mixed-versions.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { withContent, type Patch } from '../../../../harness/kernel/series/patch.ts'
import { gmemPatch, miniDefinition, recordingContext } from '../fixtures/mini-tree.ts'

function patch(subject: string, version: number, diff: string = `${subject} ${version}`): Patch {
  const how = { kind: 'diff', isCrLf: false } as const
  const name = `${subject}.patch`
  return withContent({ name, origin: '', how, subject: `[PATCH v${version}] ${subject}`, diff, strip: 1, sha256: '' })
}

const earlier = ['a', 'dropped', 'b', 'c', 'last'].map((subject) => patch(subject, 8))
const later = ['a', 'new', 'c', 'b'].map((subject) => patch(subject, 9))
const versions = { earlier, later }

function stateOf(applied: number): string {
  return mixedPatches(applied, versions)
    .map(({ diff }) => diff)
    .join(', ')
}

void test('the states lead from the earlier version to the later one', async (t) => {
  t.equal(stateOf(0), 'a 8, dropped 8, b 8, c 8, last 8')
  t.equal(stateOf(1), 'a 9, dropped 8, b 8, c 8, last 8')
  t.equal(stateOf(2), 'a 9, new 9, dropped 8, b 8, c 8, last 8', 'a new patch replaces nothing')
  t.equal(stateOf(3), 'a 9, new 9, c 9, dropped 8, b 8', 'what was dropped goes with its neighbour')
  t.equal(stateOf(4), 'a 9, new 9, c 9, b 9')
})

void test('a patch with another subject is known by its changes, and two series without either are refused', async (t) => {
  const renamed = { earlier: [patch('old title', 8, 'same')], later: [patch('new title', 9, 'same')] }
  t.match(counterpartOf(1, renamed), { subject: '[PATCH v8] old title' })
  t.equal(counterpartOf(2, versions), undefined)
  t.strictSame(mixedPatches(1, renamed), renamed.later)
  const doubled = { earlier: [patch('x', 8, '1'), patch('x', 8, '2')], later: [patch('x', 9, '3'), patch('x', 9, '4')] }
  t.strictSame(
    mixedPatches(1, doubled).map(({ diff }) => diff),
    ['3', '2'],
    'patches with one subject are taken in their order',
  )
  t.throws(() => mixedPatches(0, { earlier, later: [patch('other', 1)] }), {
    code: 'VERSIONS_UNRELATED',
    hint: /two versions of one series/,
  })
})

void test('plain diffs are known by their changes, and a sure match comes before another one', (t) => {
  const diffs = (...texts: string[]): Patch[] => texts.map((text) => ({ ...patch(text, 1, text), subject: '' }))
  const plain = { earlier: diffs('a', 'b', 'c'), later: diffs('n', 'a', 'b', 'c2') }
  const state = (applied: number): string =>
    mixedPatches(applied, plain)
      .map(({ diff }) => diff)
      .join(' ')
  t.strictSame([0, 1, 2, 3, 4].map(state), ['a b c', 'n a b c', 'n a b c', 'n a b', 'n a b c2'])
  t.strictSame(
    droppedWith(3, plain).map(({ diff }) => diff),
    ['c'],
  )
  const crossed = { earlier: [patch('old', 8, 'x'), patch('keep', 8, 'y')], later: [patch('keep', 9, 'x')] }
  t.match(counterpartOf(1, crossed), { diff: 'y' }, 'the subject is surer than the changes')
  t.strictSame(droppedWith(1, versions), [])
  const gone = [1, 2, 3, 4].map((number) => droppedWith(number, versions).map(({ diff }) => diff))
  t.strictSame(gone, [[], [], ['last 8'], ['dropped 8']])
  t.end()
})

void test('a state is built from both series, and the last one is the later series itself', async (t) => {
  const directory = t.testdir()
  const context = recordingContext(path.join(directory, 'cache'))
  const definition = await miniDefinition(directory, {
    patches: {
      '1.patch': gmemPatch('2', '30'),
      '2.patch': gmemPatch('30', '300'),
    },
  })
  const folder = path.join(directory, 'v1')
  await mkdir(folder)
  await writeFile(path.join(folder, '1.patch'), gmemPatch('2', '30'))
  await writeFile(path.join(folder, '2.patch'), gmemPatch('30', '31'))
  const read = (place: string): Promise<Patch[]> => readSeries([{ kind: 'path', name: place, path: place }], context)
  const pair = { earlier: await read(folder), later: await read(path.join(directory, 'series')) }
  const kernels = []
  for (const applied of [0, 1, 2]) {
    const state = await withMixedVersions(definition, applied, pair, directory)
    kernels.push(await provideKernel(state, context))
  }
  const [first, second, third] = kernels
  t.equal(first?.key, second?.key, 'the first patch is the same in both')
  t.not(second?.key, third?.key)
  t.equal(third?.key, (await provideKernel(definition, context)).key)
  const [, before] = pair.earlier
  const [, after] = pair.later
  if (before === undefined || after === undefined) throw new Error('a patch is missing')
  t.match(await changeOfPatch(before, after, context.signal), /^-\+\tint b = 31;\n\+\+\tint b = 300;$/m)
  t.equal(await changeOfPatch(before, before, context.signal), '')
})
