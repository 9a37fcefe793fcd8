// Sizes are read and written as people do.
import { test } from 'tap'
import { parseSize, sizeText } from '../../../harness/cache/size-text.ts'

void test('a size is a number and a unit', async (t) => {
  t.equal(parseSize('--max-size', '20G'), 20 * 2 ** 30)
  t.equal(parseSize('--max-size', '1.5m'), 1.5 * 2 ** 20)
  t.equal(parseSize('--max-size', '0K'), 0)
})

for (const text of ['', '20', 'G', '-1G', '20GB', '1e3G', ' 1G', '99999999999G']) {
  void test(`'${text}' is no size`, async (t) => {
    t.throws(() => parseSize('--max-size', text), { code: 'OPTION_VALUE', message: /--max-size must be a size/ })
  })
}

void test('a small size is in MiB', async (t) => {
  t.equal(sizeText(58.2 * 2 ** 20), '58.2 MiB')
  t.equal(sizeText(20 * 2 ** 30), '20.0 GiB')
})
