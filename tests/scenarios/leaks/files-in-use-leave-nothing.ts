// K-leaks: a file that was mapped, touched, converted, punched, bound and closed leaves nothing, closed and unmapped in either order.
import {
  call,
  fallocateModes,
  hugePageBytes,
  made,
  mapFlags,
  pageSize,
  protections,
  scenario,
  type Dialect,
  type PageState,
  type RoundCall,
} from '../../../harness/api.ts'

const hole = fallocateModes.keepSize | fallocateModes.punchHole
const file = made(0)
const mapping = made(1)
const sharedMapping = { offset: 0, protection: protections.read | protections.write, flags: mapFlags.shared }

/** A round that makes a file, maps it and uses pages in it, whole huge pages among them. */
function useOf(unit: number, dialect: Dialect): RoundCall[] {
  const size = 3 * unit
  const converted = (to: PageState, offset: number, length: number): RoundCall =>
    call('convert', { target: file, dialect, to, offset, size: length })
  const filled = (offset: number): RoundCall =>
    call('hostFill', { mapping, offset, size: pageSize, pattern: 'byte', value: 1 }, { outcome: 'done' })
  return [
    filled(0),
    filled(size - pageSize),
    converted('private', 0, 2 * unit),
    converted('shared', unit, unit),
    filled(unit),
    converted('private', unit, 2 * unit),
    call('hostRead', { mapping, offset: size - pageSize, size: 8 }, { outcome: 'sigbus' }),
    converted('shared', size - pageSize, pageSize),
    call('fallocate', { file, mode: hole, offset: 0, length: size }),
    call('fallocate', { file, mode: fallocateModes.keepSize, offset: unit, length: unit }),
  ]
}

export default scenario({
  title: 'files that were used leave nothing behind when they are closed',
  rules: ['K-leaks', 'S-A35', 'S-A36'],
  needs: ['in-place-conversion', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, dialect, leavesNothing, expectDone, uapi, offered }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const sizes = [
      { name: '4K', unit: pageSize, options: {}, times: 1100, blindTo: undefined },
      {
        name: '2M',
        unit: hugePageBytes['2M'],
        options: { hugePages: '2M' },
        times: 300,
        blindTo: /kmalloc-(cg-)?(32|64|96)$/,
      },
    ] as const
    for (const { name, unit, options, times, blindTo } of offered(sizes)) {
      const size = 3 * unit
      const flags = uapi.flagsFor({ initially: 'shared', ...options })
      const create = call('gmemCreate', { vm, size, flags })
      const map = call('mmap', { file, length: size, ...sharedMapping })
      await leavesNothing({
        what: `files of ${name} pages, used and then unmapped and closed`,
        times,
        blindTo,
        round: [
          create,
          map,
          ...useOf(unit, dialect),
          call('munmap', { mapping, offset: 0, length: 0 }),
          call('close', { handle: file }),
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
          call('close', { handle: file }),
          call('munmap', { mapping, offset: 0, length: 0 }),
        ],
      })
    }
  },
})
