// S-A9, S-A30: around each power of two in the largest file: states, contents, pins, holes and allocation are those of exactly these pages.
import { pageSize, scenario, type ScenarioContext } from '../../../harness/api.ts'

const page = BigInt(pageSize)
const windowSize = 4 * pageSize
/** Pages that lie on both sides of a power of two, from 64 KiB to 4 EiB. */
const windows = Array.from({ length: 24 }, (_, index) => {
  const bits = 16 + 2 * index
  return { bits, offset: 2n ** BigInt(bits) - 2n * page, tag: 0x20 + index }
})
const largest = 2n ** 63n - page

type Look = number | string
/** A window with its mapping, and the two pages in its middle. */
interface Place {
  readonly bits: number
  readonly offset: bigint
  readonly tag: number
  readonly mapping: Mapping
  readonly middle: { readonly offset: bigint; readonly length: bigint }
}
type Mapping = Parameters<ScenarioContext['agent']['host']['scan']>[0]

export default scenario({
  title: 'no place in a file is unlike the others, at an offset of any size',
  rules: ['S-A8', 'S-A9', 'S-A16', 'S-A19', 'S-A29', 'S-A30'],
  timeout: 30,
  async run({ memory, agent, dialect, check, expectDone, expectErrno, uapi }) {
    const { vm } = (await memory({ pages: 1, initially: 'shared' })).handles
    const flags = uapi.flagsFor({ initially: 'shared' })
    const { gmem } = expectDone(await agent.gmem.create({ vm, size: largest, flags }), 'creating the largest file')
    const convert = (to: 'shared' | 'private', offset: bigint, length: bigint) =>
      agent.gmem.convert({ target: gmem, dialect, to, offset, size: length })

    const places: Place[] = []
    for (const window of windows) {
      const mapped = await agent.host.mmap({ file: gmem, offset: window.offset, length: windowSize })
      const { mapping } = expectDone(mapped, `mapping the pages around 2^${window.bits}`)
      expectDone(await agent.host.fill(mapping, 0, windowSize, { byte: window.tag }), 'writing')
      const middle = { offset: window.offset + page, length: 2n * page }
      expectDone(await convert('private', middle.offset, middle.length), `converting at 2^${window.bits}`)
      places.push({ ...window, mapping, middle })
    }
    const expectHost = async (
      middle: (place: Place) => Look,
      when: string,
      outside = ({ tag }: Place): Look => tag,
    ) => {
      for (const place of places) {
        const what = `the pages around 2^${place.bits}, ${when}`
        const { runs } = expectDone(await agent.host.scan(place.mapping, 0, windowSize), `looking at ${what}`)
        const found = runs.flatMap(({ count, value }) => Array<Look>(count).fill(value))
        check.equal(found, [outside(place), middle(place), middle(place), outside(place)], `host view of ${what}`)
      }
    }
    await expectHost(() => 'sigbus', 'two being private')
    expectDone(await convert('shared', 0n, largest), 'converting all to shared')
    await expectHost(({ tag }) => tag, 'all being shared')

    // The last pin, then the one before it, and so on: the first one that is left is named, in the whole file.
    for (const { bits, mapping, offset } of places.toReversed()) {
      const pinned = expectDone(await agent.host.pin({ mapping, offset: 2 * pageSize, size: pageSize }), 'pinning')
      const refused = await convert('private', 0n, largest)
      expectErrno(refused, 'EAGAIN', `converting all with a pin at 2^${bits}`)
      check.equal(BigInt(refused.errorOffset) - offset, 2n * page, `error_offset of the pin at 2^${bits}`)
      const before = await convert('private', offset, 2n * page)
      expectErrno(before, 'OK', `converting the pages before a pin at 2^${bits}`)
      expectDone(await convert('shared', offset, 2n * page), 'converting them back')
      expectDone(await agent.close(pinned.pin), 'unpinning')
    }
    for (const { bits, middle } of places) {
      expectDone(await agent.gmem.punchHole(gmem, middle.offset, middle.length), `a hole at 2^${bits}`)
    }
    await expectHost(() => 0, 'with holes')
    expectDone(await agent.gmem.punchHole(gmem, 0n, largest), 'a hole as large as the file')
    await expectHost(
      () => 0,
      'in an empty file',
      () => 0,
    )

    // A status shows sizes below 2^53: what is allocated can be counted there.
    const counted = expectDone(await agent.gmem.create({ vm, size: 2 ** 53 - pageSize, flags }), 'creating a file').gmem
    for (const { bits, middle } of places.filter((place) => place.bits < 53)) {
      const [offset, length] = [Number(middle.offset), Number(middle.length)]
      expectErrno(await agent.gmem.allocate(counted, offset, length), 'OK', `allocating at 2^${bits}`)
      const beyond = await agent.gmem.allocate(counted, 2 ** 53 - 2 * pageSize, 2 * pageSize)
      expectErrno(beyond, 'EINVAL', 'allocating the page behind the end')
      const { blocks } = expectDone(await agent.gmem.status(counted), 'asking for the status')
      check.equal(blocks, uapi.blocksOf(2), `st_blocks with two pages at 2^${bits}`)
      expectDone(await agent.gmem.punchHole(counted, middle.offset, middle.length), `a hole at 2^${bits}`)
      const { blocks: left } = expectDone(await agent.gmem.status(counted), 'asking for the status')
      check.equal(left, 0, `st_blocks after a hole at 2^${bits}`)
    }
  },
})
