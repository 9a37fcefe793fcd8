// K-leaks: conversions and holes that are refused leave no node, no page and no reference: the same range can be converted afterwards.
import {
  call,
  fallocateModes,
  page,
  pageSize,
  pages,
  scenario,
  type HugePageSize,
  type PageState,
  type RoundCall,
} from '../../../harness/api.ts'

const hole = fallocateModes.keepSize | fallocateModes.punchHole
const times = 1100
const files: readonly { readonly unit: number; readonly hugePages?: HugePageSize }[] = [
  { unit: 64 },
  { unit: 512, hugePages: '2M' },
]

export default scenario({
  title: 'a thousand refused conversions and holes leave nothing behind',
  rules: ['K-leaks', 'S-A9', 'S-A13', 'S-A31'],
  needs: ['in-place-conversion', 'slab-counters', 'gup-test'],
  pools: { '2M': 4 },
  async run({ dialect, uapi, offered, memory, leavesNothing }) {
    const request = uapi.requests.private
    const { nonzeroErrorOffset } = uapi.expects
    for (const { unit, ...kind } of offered(files)) {
      const file = await memory({ pages: 3 * unit, initially: 'shared', ...kind })
      const middle = pages(unit / 2, 2 * unit)
      // The pages before the pinned one have references of the check itself.
      await file.host.fill(pages(unit, 40), 0x41)
      const target = file.handles.gmem
      const converted = (
        to: PageState,
        offset: number,
        size: number,
        errno: RoundCall['end']['errno'],
        errorOffset = 0,
      ) => call('convert', { target, dialect, to, offset, size, errorOffset }, { errno })
      const argument = (value: number) =>
        call('ioctlRaw', { handle: target, request, argument: 'value', value }, { errno: 'EFAULT' })
      const size = 3 * unit * pageSize
      const wrong = [
        converted('private', pageSize / 2, pageSize, 'EINVAL'),
        converted('private', 0, size + pageSize, 'EINVAL'),
        converted('shared', 0, pageSize, nonzeroErrorOffset, pageSize),
        converted('shared', 0, size, 'OK'),
        argument(8),
      ]
      await using pin = await file.pin(page(unit + 35), 'gup-test')
      const start = middle.first * pageSize
      await leavesNothing({
        what: `refused conversions of ${kind.hugePages ?? '4K'} pages`,
        times,
        round: [
          converted('private', start, middle.count * pageSize, 'EAGAIN'),
          converted('private', (unit + 35) * pageSize, pageSize, 'EAGAIN'),
          ...wrong,
        ],
      })
      if (kind.hugePages !== undefined) {
        const refused = call('fallocate', { file: target, mode: hole, offset: 0, length: size }, { errno: 'EAGAIN' })
        await leavesNothing({ what: 'refused holes', times, round: [refused] })
      }
      await pin.release()
      await file.host.expect(page(unit + 35), 0x41)
      await file.convert('private', middle)
      await file.guest.expect(page(unit + 35), 0x41)
      await file.convert('private', file.all)
    }
  },
})
