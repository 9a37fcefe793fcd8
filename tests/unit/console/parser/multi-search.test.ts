// The search for many texts finds the same as a comparison at each position.
import { test } from 'tap'
import { NeedleFinder } from '../../../../harness/console/parser/multi-search.ts'

function allWith(finder: NeedleFinder, text: string): number[] {
  const found: number[] = []
  for (let at = finder.find(text, 0); at !== -1; at = finder.find(text, at + 1)) found.push(at)
  return found
}

const needles = ['BUG', 'Kernel panic', ' [#', 'abab', 'list_', '漢字漢']

for (const text of [
  'BUG',
  'a BUG in ababab, BUGBUG [#1]',
  'Kernel Kernel panic list_list_',
  'nothing',
  '',
  'BU',
  '漢字漢字漢 BUG 漢',
]) {
  void test(`in '${text}'`, (t) => {
    const everywhere = Array.from({ length: text.length }, (_, at) => at)
    t.strictSame(
      allWith(new NeedleFinder(needles), text),
      everywhere.filter((at) => needles.some((needle) => text.startsWith(needle, at))),
    )
    t.end()
  })
}

void test('a needle within another one finds both', (t) => {
  t.strictSame(allWith(new NeedleFinder(['BUG: KASAN: ', 'BUG']), 'BUG BUG: KASAN: '), [0, 4])
  t.end()
})

void test('an empty list and too short needles are refused', (t) => {
  t.throws(() => new NeedleFinder([]), RangeError)
  t.throws(() => new NeedleFinder(['x', 'BUG']), RangeError)
  t.end()
})
