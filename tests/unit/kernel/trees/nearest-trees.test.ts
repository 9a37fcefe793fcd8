import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { distanceOf, nearestTrees } from '../../../../harness/kernel/trees/nearest-trees.ts'
import { noteRecord, type Recorded, type TreeRecord } from '../../../../harness/kernel/trees/tree-record.ts'

const tree: TreeRecord = { source: 's', compiler: 'gcc 14', config: ['A=y', 'B=y'], patches: ['p1', 'p2'] }

function build(options: readonly string[], patches: readonly string[]): Recorded {
  return {
    identity: { content: 's' },
    compiler: 'gcc 14',
    requests: options.map((name) => ({ name, value: 'y', at: 'x:1' })),
    patches: patches.map((content) => ({ content })),
  }
}

void test('options and patches count of both builds', async (t) => {
  t.strictSame(distanceOf(tree, tree), { options: 0, patches: 0 })
  t.strictSame(distanceOf(tree, { ...tree, patches: ['p1', 'p3', 'p4'] }), { options: 0, patches: 3 })
  t.strictSame(distanceOf(tree, { ...tree, config: ['A=y', 'B=n'] }), { options: 2, patches: 0 })
})

void test('a tree of another source or compiler is useless', async (t) => {
  t.equal(distanceOf(tree, { ...tree, source: 'other' }), undefined)
  t.equal(distanceOf(tree, { ...tree, compiler: 'gcc 15' }), undefined)
})

void test('the nearest tree comes first: options before patches, then the one used last', async (t) => {
  const directory = t.testdir()
  const place = async (name: string, recorded?: Recorded): Promise<Parameters<typeof nearestTrees>[0][number]> => {
    const home = path.join(directory, name)
    await mkdir(home)
    if (recorded !== undefined) await noteRecord(home, recorded)
    return { home, names: [name], usedAt: 0 }
  }
  const places = [
    await place('other-options', build(['A'], ['p1', 'p2'])),
    await place('without-record'),
    await place('recent', build(['A', 'B'], ['p1'])),
    await place('earlier', build(['A', 'B'], ['p2'])),
    await place('same', build(['A', 'B'], ['p1', 'p2'])),
  ]
  const nearest = await nearestTrees(places, build(['B', 'A'], ['p1', 'p2']))
  t.strictSame(
    nearest.map(({ names: [name] }) => name),
    ['same', 'recent', 'earlier', 'other-options'],
  )
})
