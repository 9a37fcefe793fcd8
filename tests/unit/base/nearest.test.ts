// Names that are similar to a mistyped one.
import { test } from 'tap'
import { nearest } from '../../../harness/base/nearest.ts'

const names = ['gmem-convert', 'stock-6.12', 'convert-at-end', 'pin-refuses', 'run']

const cases: readonly (readonly [typed: string, first: string | undefined])[] = [
  ['gmem-covnert', 'gmem-convert'],
  ['GMEM-CONVERT', 'gmem-convert'],
  ['stok-6.12', 'stock-6.12'],
  ['at-end', 'convert-at-end'],
  ['refuses', 'pin-refuses'],
  ['refsues', 'pin-refuses'],
  ['pim', 'pin-refuses'],
  ['rnu', 'run'],
  ['something-else-entirely', undefined],
  ['', undefined],
]
for (const [typed, first] of cases) {
  void test(`near '${typed}' is ${first ?? 'nothing'}`, (t) => {
    t.equal(nearest(typed, names)[0], first)
    t.end()
  })
}

void test('no more names than the limit', (t) => {
  t.equal(nearest('convert', names, 1).length, 1)
  t.end()
})
