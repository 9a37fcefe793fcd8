// S-A27, S-A26: the struct pages of a huge page of each size are restored by a split at any place, or a first touch, and freed again
// by a merge, a hole and the end of the file; a split that gets no memory for any one of them changes nothing.
import { page, pageSize, scenario, type HugePageSize } from '../../../harness/api.ts'
import { placesOfBothSizes } from '../common/huge-page-places.ts'

/** HVO leaves one page of struct pages of each huge page, and frees the others. */
const saved = { '2M': 7, '1G': 4095 } as const satisfies Record<HugePageSize, number>
/** A split does without some pages of slabs, which a kernel with debug checks needs more often. */
const mostOfSlabs = 4

export default scenario({
  title: 'struct pages of a huge page of each size come with a split and go with a merge, wherever it is shared',
  rules: ['S-A27', 'S-A26', 'S-A23', 'S-A24', 'S-A19'],
  needs: ['in-place-conversion', 'hugetlb', 'pagemap', 'memmap-counters', 'fault-injection'],
  pools: { '2M': 2, '1G': 1 },
  boot: ['hvo'],
  timeout: 40,
  async run({ memory, kernelMemory, agent, check, expectDone, expectErrno }) {
    const { structPages } = await kernelMemory()
    for (const { size, huge, places } of placesOfBothSizes) {
      const expectAdded = async (wanted: number, when: string): Promise<void> => {
        const found = (await kernelMemory()).structPages - structPages
        check.equal(found, wanted, `pages of struct pages of a ${size} page more than before, ${when}`)
      }
      const file = await memory({ pages: huge, hugePages: size, initially: 'private' })
      await file.allocate(page(0))
      await expectAdded(0, 'whole from the start')
      for (const [round, index] of places.entries()) {
        await file.convert('shared', page(index))
        await expectAdded(saved[size], `split at page ${index}`)
        await file.host.fill(page(index), 0xc1 + round)
        await file.convert('private', page(index))
        await expectAdded(0, 'merged')
      }

      const last = places[4]
      const split = async (nth: number) => {
        expectDone(await agent.failNth('pages', nth), 'arming the injection')
        const attempt = await file.attemptConversion('shared', { offset: last * pageSize, size: pageSize })
        check.that((await agent.failNthResult()).fired, `a split of a ${size} page has ${nth} allocations of pages`)
        return attempt
      }
      for (const first of [1, 2, Math.ceil(saved[size] / 2), saved[size]]) {
        let nth = first
        let attempt = await split(nth)
        while (attempt.errno === 'OK' && nth < first + mostOfSlabs) {
          await expectAdded(saved[size], `split without the page of a slab, allocation ${nth}`)
          file.model.convert('shared', page(last))
          await file.convert('private', page(last))
          nth += 1
          attempt = await split(nth)
        }
        expectErrno(attempt, 'ENOMEM', `a split of a ${size} page without its allocation ${nth} of pages`)
        await expectAdded(0, `after a split without allocation ${nth}`)
        await file.host.expectSigbus(page(last))
      }
      await file.convert('shared', page(places[2]))
      await expectAdded(saved[size], 'split in the end')
      await file.expectLayout(file.all)
      await file.perform(places.map((index) => ({ does: 'guest-look', range: page(index) }) as const))

      await file.punchHole(file.all)
      await expectAdded(0, 'freed by a hole')
      await file.allocate(page(last))
      await expectAdded(saved[size], 'split at its first touch')
      await file.close()
      await expectAdded(0, 'freed with its file')
    }
  },
})
