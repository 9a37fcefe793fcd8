// K-leaks: operations that run out of memory at any of their allocations leave none of the others behind.
import { call, fallocateModes, hugePageBytes, made, pageSize, scenario, type RoundCall } from '../../../harness/api.ts'

const unit = hugePageBytes['2M']
const hole = fallocateModes.keepSize | fallocateModes.punchHole

/** A call whose n-th allocation of an object fails. It may cope with that. */
function failing(nth: number, failed: RoundCall): RoundCall[] {
  return [call('failNth', { of: 'objects', nth }), failed, call('failNthResult', {})]
}

const times = 1100
const wantedRefusals = 3
const mostPositions = 24
/** Positions 1 to `last`. */
const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

export default scenario({
  title: 'operations that run out of memory leave nothing behind',
  rules: ['K-leaks', 'S-A13', 'S-A26'],
  needs: ['in-place-conversion', 'slab-counters', 'fault-injection'],
  pools: { '2M': 4 },
  async run({ agent, dialect, check, leavesNothing, expectDone, uapi, offered }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const any = { errno: 'any' } as const
    const kinds = offered([
      { what: 'files of 4K pages', size: pageSize },
      { what: 'files of 2M pages', size: 2 * unit, hugePages: '2M' },
    ] as const)
    for (const { what, size, ...kind } of kinds) {
      const flags = uapi.flagsFor({ initially: 'shared', ...kind })
      // kmemleak allocates an object beside each, and does without: then the refusals lie farther apart.
      let refusals = 0
      let last = 0
      while (last < mostPositions && (refusals < wantedRefusals || last < 6)) {
        last += 1
        await agent.failNth('objects', last)
        const { errno, gmem } = await agent.gmem.create({ vm, size, flags })
        await agent.failNthResult()
        if (errno === 'ENOMEM') refusals += 1
        if (errno === 'OK') await agent.close(gmem)
      }
      const nths = upTo(last)
      const round = nths.flatMap((nth, index) => [
        ...failing(nth, call('gmemCreate', { vm, size, flags }, any)),
        call('close', { handle: made(4 * index + 1) }),
      ])
      const errors = await leavesNothing({ what: `creations of ${what} without memory`, times, round })
      const failed = nths.filter((_, index) => errors[4 * index + 1] === times)
      const message = `creations of ${what} fail at ${wantedRefusals} allocations or more, found ${failed.length}`
      check.that(failed.length >= wantedRefusals, message)
    }

    const [ofHugePages] = offered([{ hugePages: '2M' }] as const)
    const flags = uapi.flagsFor({ initially: 'shared', ...ofHugePages })
    const { gmem: target } = expectDone(await agent.gmem.create({ vm, size: 2 * unit, flags }), 'creating a file')
    const range = { target, dialect, offset: 5 * pageSize, size: unit } as const
    const converted = upTo(4).flatMap((nth) => [
      ...failing(nth, call('convert', { ...range, to: 'private' }, any)),
      call('convert', { ...range, to: 'shared' }),
      ...failing(nth, call('fallocate', { file: target, mode: fallocateModes.keepSize, offset: 0, length: unit }, any)),
      call('fallocate', { file: target, mode: hole, offset: 0, length: 2 * unit }),
    ])
    const errors = await leavesNothing({
      what: 'conversions and allocations without memory',
      times: 300,
      blindTo: /kmalloc-(cg-)?(32|64|96)$/,
      round: converted,
    })
    // Without huge pages, a range beside no other may need no node.
    check.that(
      ofHugePages === undefined || ((errors[1] ?? 0) > 0 && (errors[5] ?? 0) > 0),
      'conversions and allocations of huge pages fail without memory',
    )
  },
})
