// S-A30: MADV_REMOVE on a mapping punches a hole in the file: it frees pages of both states within its range, and the states stay.
import { page, pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'removal by MADV_REMOVE frees pages of both states in its range, and no others',
  rules: ['S-A30', 'S-A33', 'S-A16'],
  pools: { '2M': 4 },
  async run({ memory, offered }) {
    const small = await memory({ pages: 16, initially: 'shared' })
    await small.host.fill(small.all, 0x65)
    await small.convert('private', pages(4, 8))
    await small.removeByAdvice(pages(2, 4))
    await small.expectAccounting()
    await small.matchesModel()

    const [huge] = offered([{ hugePages: '2M' }] as const)
    if (huge === undefined) return
    const large = await memory({ pages: 4 * 512, initially: 'shared', ...huge })
    await large.host.fill(large.all, 0x66)
    await large.convert('private', pages(100, 1100))
    await large.removeByAdvice(pages(512, 512))
    await large.expectAccounting()
    await large.matchesModel()
    await large.removeByAdvice(pages(1536, 512))
    await large.expectAccounting()
    await large.host.expectSigbus(page(600))
    await large.matchesModel()
  },
})
