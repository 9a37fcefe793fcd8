// What scenarios about failed allocations share: they differ in how the kernel was booted.
import { page, pages, type ScenarioContext } from '../../../harness/api.ts'

/**
 * Splits and merges huge pages while each allocation of the kernel fails in turn: a conversion that fails leaves states,
 * contents, layout and counters as they were. Needs three huge pages of 2M.
 */
export async function convertWithoutMemory(context: ScenarioContext): Promise<void> {
  const { memory, check, failEachAllocation, expectErrno } = context
  const file = await memory({ pages: 3 * 512, hugePages: '2M', initially: 'private' })
  await file.guest.fill(file.all, 0x71)
  await file.convert('shared', page(3))
  const cases = [
    { to: 'shared', range: file.all, what: 'splits two huge pages' },
    { to: 'private', range: file.all, what: 'merges three' },
    { to: 'shared', range: page(700), what: 'splits one in the middle' },
    { to: 'private', range: pages(600, 200), what: 'merges one in the middle' },
  ] as const
  let allocations = 0
  for (const { to, range, what } of cases) {
    const argument = { offset: range.first * 4096, size: range.count * 4096 }
    allocations += await failEachAllocation(
      () => file.attemptConversion(to, argument),
      async (outcome, nth) => {
        if (outcome.errno === 'OK') file.model.convert(to, range)
        else expectErrno(outcome, 'ENOMEM', `allocation ${nth} of one that ${what}`)
        await file.expectAccounting()
        await file.matchesModel(pages(0, 8))
        await file.matchesModel(pages(690, 20))
      },
    )
    file.model.convert(to, range)
    await file.matchesModel()
  }
  check.that(allocations > 0, 'there was something to fail')
  await file.expectWhole(file.all)
}
