// S-A41, S-A11: pages fail while host and guest use them and while they are converted: in the end each of them is lost, and all others have their contents.
import { failureMessages, page, pages, scenario, type Racer } from '../../../harness/api.ts'
import { convertPastFailures, expectLostByGuest, retire, viewWithFailures } from '../common/failed-pages.ts'

const failing = [3, 200, 511]
/** The kernel logs each access of the host to a failed page, and has room for some 1000 messages. */
const messages = 150
const path = '/sys/kernel/debug/hwpoison/corrupt-pfn'

export default scenario({
  title: 'memory that fails beside faults and conversions is lost, and nothing else',
  rules: ['S-A41', 'K-failures', 'S-A11'],
  needs: ['in-place-conversion', 'pagemap', 'hwpoison-inject'],
  pools: { '2M': 2 },
  async run(words) {
    const { memory, check, offered, expectLog } = words
    expectLog(failureMessages)
    for (const kind of offered([{}, { hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 1024, initially: 'shared', ...kind })
      await file.host.fill(file.all, 0x73)
      const [first] = await file.host.frames(page(0))
      const frames = await file.host.frames(pages(0, 512))
      const failures = failing.map((index): Racer => {
        return { does: 'write-file', path, text: String(frames[index]), times: 1 }
      })
      const reports = await file.race(200, [
        { does: 'convert', to: 'private', range: pages(0, 300) },
        { does: 'host-read', range: pages(190, 20), times: messages, byte: 0x73 },
        { does: 'host-read', range: page(511), times: messages, byte: 0x73 },
        { does: 'guest-read', range: pages(0, 512), byte: 0x73 },
        ...failures,
      ])
      for (const { kind: actor, rounds, unexpected, firstUnexpected, mismatches } of reports) {
        check.that(rounds > 0, `${actor} did some work`)
        check.equal([unexpected, mismatches], [0, 0], `${actor}: unexpected exits (${firstUnexpected}), mismatches`)
      }

      await file.convert('shared', file.all)
      const freed = [await convertPastFailures(words, file, file.all, new Set(failing)), 0] as const
      const seen = viewWithFailures<unknown>(file.all, new Set(failing), { value: 0x73, lost: 'fault', freed })
      check.equal<unknown>(await file.guest.look(file.all), seen, 'guest view after the race')
      for (const index of failing.filter((each) => !freed[0].has(each))) await expectLostByGuest(words, file, index)
      await file.convert('shared', pages(0, 700))
      const lost = viewWithFailures<unknown>(pages(0, 700), new Set(failing), { value: 0x73, lost: 'sigbus', freed })
      check.equal<unknown>(await file.host.look(pages(0, 700)), lost, 'host view after the race')
      await retire(
        words,
        file.handles,
        'hugePages' in kind ? [Number(first)] : failing.map((index) => Number(frames[index])),
      )
    }
  },
})
