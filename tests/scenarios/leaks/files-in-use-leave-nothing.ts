// K-leaks: a file that was mapped, touched, converted, punched, bound and closed leaves nothing, closed and unmapped in either order.
import {
  fallocateModes,
  gmemFlags,
  hugePageBytes,
  made,
  mapFlags,
  pageSize,
  protections,
  scenario,
  step,
  type Dialect,
  type PageState,
  type RoundStep,
} from '../../../harness/api.ts'

const shared = gmemFlags.supportShared
const hole = fallocateModes.keepSize | fallocateModes.punchHole
const file = made(0)
const mapping = made(1)
const sharedMapping = { offset: 0, protection: protections.read | protections.write, flags: mapFlags.shared }

/** A round that makes a file, maps it and uses pages in it, whole huge pages among them. */
function useOf(unit: number, dialect: Dialect): RoundStep[] {
  const size = 3 * unit
  const converted = (to: PageState, offset: number, length: number): RoundStep =>
    step('convert', { target: file, dialect, to, offset, size: length })
  const filled = (offset: number): RoundStep =>
    step('hostFill', { mapping, offset, size: pageSize, pattern: 'byte', value: 1 }, { outcome: 'done' })
  return [
    filled(0),
    filled(size - pageSize),
    converted('private', 0, 2 * unit),
    converted('shared', unit, unit),
    filled(unit),
    converted('private', unit, 2 * unit),
    step('hostRead', { mapping, offset: size - pageSize, size: 8 }, { outcome: 'sigbus' }),
    converted('shared', size - pageSize, pageSize),
    step('fallocate', { file, mode: hole, offset: 0, length: size }),
    step('fallocate', { file, mode: fallocateModes.keepSize, offset: unit, length: unit }),
  ]
}

export default scenario({
  title: 'files that were used leave nothing behind when they are closed',
  rules: ['K-leaks', 'S-A35', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, dialect, leavesNothing, expectDone }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const sizes = [
      { name: '4K', unit: pageSize, flags: shared, times: 1100, blindTo: undefined },
      {
        name: '2M',
        unit: hugePageBytes['2M'],
        flags: shared | gmemFlags.hugetlb | gmemFlags.huge2M,
        times: 300,
        blindTo: /kmalloc-(cg-)?(32|64|96)$/,
      },
    ]
    for (const { name, unit, flags, times, blindTo } of sizes) {
      const size = 3 * unit
      const create = step('gmemCreate', { vm, size, flags })
      const map = step('mmap', { file, length: size, ...sharedMapping })
      await leavesNothing({
        what: `files of ${name} pages, used and then unmapped and closed`,
        times,
        blindTo,
        round: [
          create,
          map,
          ...useOf(unit, dialect),
          step('munmap', { mapping, offset: 0, length: 0 }),
          step('close', { handle: file }),
        ],
      })
      await leavesNothing({
        what: `files of ${name} pages, used and then closed and unmapped`,
        times,
        blindTo,
        round: [
          create,
          map,
          ...useOf(unit, dialect),
          step('close', { handle: file }),
          step('munmap', { mapping, offset: 0, length: 0 }),
        ],
      })
    }
  },
})
