import { test } from 'tap'
import { ranBetween, sumOf, type LineCounts } from '../../../../harness/campaigns/coverage/line-counts.ts'

function counts(files: Readonly<Record<string, Readonly<Record<number, number>>>>): LineCounts {
  return new Map(
    Object.entries(files).map(([file, lines]) => [
      file,
      new Map(Object.entries(lines).map(([line, count]) => [Number(line), count])),
    ]),
  )
}

void test('counts of objects, instances and tests add up', async (t) => {
  const sum = sumOf(
    counts({ 'a.c': { 1: 1, 2: 0 } }),
    counts({ 'a.c': { 2: 0, 3: 4 }, 'b.h': { 7: 1 } }),
    counts({ 'b.h': { 7: 2 } }),
  )
  t.same(sum, counts({ 'a.c': { 1: 1, 2: 0, 3: 4 }, 'b.h': { 7: 3 } }))
  t.equal(sumOf().size, 0)
})

void test('a line that ran more often than before ran in between', async (t) => {
  const before = counts({ 'a.c': { 1: 1, 2: 0 } })
  const after = counts({ 'a.c': { 1: 1, 2: 3 }, 'b.h': { 7: 1, 8: 0 } })
  t.same(
    [...ranBetween(before, after)],
    [
      ['a.c', [2]],
      ['b.h', [7]],
    ],
  )
  t.equal(ranBetween(after, after).size, 0)
})
