// S-A13: a conversion of many runs needs the most memory: a failure undoes the work in every run.
import { pages, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a conversion of many runs that fails for lack of memory converts none of them',
  rules: ['S-A13', 'S-A26', 'S-B3'],
  bugs: ['O-1'],
  needs: ['in-place-conversion', 'fault-injection'],
  pools: { '2M': 2 },
  timeout: 30,
  async run({ memory, check, failEachAllocation, expectErrno, uapi, offered }) {
    for (const options of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1024, initially: 'private', ...options })
      const isSmall = file.model.pagesPerUnit === 1
      await file.guest.fill(pages(390, 320), 0x72)
      const begin = async () => {
        await file.ensure('private', file.all)
        await file.convertEach('shared', { range: pages(400, 300), every: 2, order: 'forward' })
      }
      for (const [to, range] of [
        ['private', pages(450, 1)],
        ['shared', pages(391, 311)],
        ['private', pages(390, 320)],
      ] as const) {
        // A tree without huge pages may do without a node where one run takes the place of three.
        if (isSmall && range.count === 1) continue
        await begin()
        await failEachAllocation({
          of: 'objects',
          what: `nodes of the tree of states in a conversion of ${range.count} pages`,
          refusals: 'some',
          operation: () => file.attemptConversion(to, { offset: range.first * 4096, size: range.count * 4096 }),
          async after(outcome, nth) {
            if (outcome.errno === 'OK') file.model.convert(to, range)
            else expectErrno(outcome, 'ENOMEM', `the conversion without allocation ${nth}`)
            if (outcome.errno !== 'OK' && uapi.expects.offsetWithoutMemory === 'the start') {
              check.equal(outcome.errorOffset, range.first * 4096, `error_offset without allocation ${nth}`)
            }
            await file.matchesModel(pages(380, 340))
            await file.expectAccounting()
            // The kernel has tried again.
            if (outcome.errno === 'OK') await begin()
          },
        })
        file.model.convert(to, range)
        await file.matchesModel(pages(380, 340))
      }
      check.equal(file.model.stateRuns().length, 1, 'runs of pages of one state in the end')
    }
  },
})
