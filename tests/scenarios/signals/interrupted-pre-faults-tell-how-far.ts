// K-signals, S-A18: a signal may end KVM_PRE_FAULT_MEMORY: it tells how far it came, exactly so many pages are mapped, and the rest can follow.
import { pages, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { tryMoments } from '../common/moments.ts'

const huge = pagesPerHugePage('2M')
const files = [
  { what: 'of 4K', pages: 1024, initially: 'private' },
  { what: 'of 2M, split', pages: 2 * huge, hugePages: '2M', initially: 'shared' },
] as const

export default scenario({
  title: 'a pre-fault that a signal ends tells how far it came',
  rules: ['K-signals', 'S-A18', 'S-A20'],
  needs: ['in-place-conversion', 'pre-fault', 'binary-stats'],
  pools: { '2M': 2 },
  async run({ memory, agent, signalled, check, expectDone, offered }) {
    for (const { what, ...options } of offered(files)) {
      const file = await memory(options)
      const { vcpu, gpa } = file.handles
      const end = gpa + file.pages * pageSize
      await file.host.look(file.all)
      await file.guest.fill(pages(0, 1), 0x11) // so that the code of the guest is mapped
      const mapAgain = async (): Promise<number> => {
        const { nestedVm } = file.handles
        expectDone(await agent.vm.deleteMemslot(nestedVm.vm, 0), 'unbinding the file')
        const { vm, gmem, mapping } = file.handles
        const size = file.pages * pageSize
        expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem, mapping }), 'binding the file')
        return file.guest.mappedPages()
      }
      const preFault = async (from: number) => agent.guest.preFault(await vcpu(), from, end - from)
      await mapAgain()
      const whole = await signalled({ how: 'blocked', after: 0 }, () => preFault(gpa))
      expectDone(whole.reply, `faulting in pages ${what} with a blocked signal`)
      check.equal(whole.reply.size, 0n, 'bytes left with a blocked signal')

      for (const how of ['handled', 'restarting'] as const) {
        const ended = await tryMoments(whole.signals.nanoseconds, async (after) => {
          const before = await mapAgain()
          const { reply } = await signalled({ how, after, every: 100_000 }, () => preFault(gpa))
          const next = Number(reply.gpa)
          check.equal(next + Number(reply.size), end, `the end of what is left ${what}`)
          if (reply.errno === 'EINTR') check.equal(next, gpa, `the start of what is left ${what} after EINTR`)
          else expectDone(reply, `faulting in pages ${what} beside signals`)
          const done = (next - gpa) / pageSize
          check.equal((await file.guest.mappedPages()) - before, done, `mappings of the guest ${what}`)
          if (reply.size > 0n) check.equal((await preFault(next)).size, 0n, `bytes left ${what} by one more call`)
          check.equal((await file.guest.mappedPages()) - before, file.pages, `mappings in the end ${what}`)
          return reply.size > 0n
        })
        check.that(ended, `signals (${how}) end a pre-fault of pages ${what}`)
      }
      file.model.allocate(file.all)
      await file.matchesModel()
    }
  },
})
