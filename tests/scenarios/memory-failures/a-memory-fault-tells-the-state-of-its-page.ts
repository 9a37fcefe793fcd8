// S-A18, S-A14: the state in a memory fault is that of the page of the file, wherever the slot begins in the file.
import { page, pages, pageSize, scenario } from '../../../harness/api.ts'
import { expectLostByGuest, retire } from '../common/failed-pages.ts'

const bound = pages(4, 12)
const gpa = 0x1_4000_0000

export default scenario({
  title: 'a memory fault has the state of the page of the file, also in a slot that begins inside the file',
  rules: ['S-A18', 'S-A14', 'K-failures'],
  needs: ['in-place-conversion', 'pagemap', 'hwpoison-inject'],
  async run(words) {
    const { memory, failFrame } = words
    const file = await memory({ pages: 16, initially: 'shared', slot: false })
    const { guest } = await file.bind(bound, gpa)
    await file.host.fill(file.all, 0x73)
    const frames = await file.host.frames(file.all)
    // Page 8 is the slot's page 4, and page 12 the slot's page 8: each state differs from that of the page with this number.
    await file.convert('private', pages(8, 4))
    await guest.expect(bound, 0x73)
    const failed = [5, 8, 11, 12]
    for (const index of failed) await failFrame(Number(frames[index]))
    const base = gpa - bound.first * pageSize
    for (const index of failed) await expectLostByGuest(words, file, index, base)
    await file.convert('shared', pages(8, 2))
    for (const index of failed) await expectLostByGuest(words, file, index, base)
    await guest.expect(pages(9, 2), 0x73)
    await file.host.expect(page(9), 0x73)
    await retire(
      words,
      file.handles,
      failed.map((index) => Number(frames[index])),
    )
  },
})
