// The view of the guest: a vCPU that really runs makes each access.
import type { Operations } from '../agent/client.ts'
import type { PageLook } from '../agent/access.ts'
import { check, expectDone } from './check.ts'
import type { MemoryHandles } from './scenario-context.ts'
import type { GuestView } from './views.ts'
import { allAlike, runsInFile } from './host-view.ts'
import type { Model, Run } from '../model/reference-model.ts'
import { describeRange, offsetOf, sizeOf, type PageRange } from '../model/ranges.ts'

/** Returns the view of a vCPU through a memslot of the whole file; `gpa` is the guest address of page 0. */
export function guestViewOf(
  agent: Operations,
  { vm, vcpu, gpa }: Pick<MemoryHandles, 'vm' | 'vcpu' | 'gpa'>,
  model: Model,
): GuestView {
  async function look(range: PageRange): Promise<Run<PageLook>[]> {
    const reply = await agent.guest.scan(await vcpu(), gpa + offsetOf(range), sizeOf(range))
    model.allocate(range)
    return runsInFile(expectDone(reply, `looking at ${describeRange(range)} from the guest`).runs, range)
  }
  async function statistic(name: string): Promise<number> {
    const reply = await agent.vm.stats(vm, name)
    return Number(expectDone(reply, `reading the statistic ${name} of the VM`).value)
  }
  return {
    look,
    mappedPages: () => statistic('pages_4k'),
    mappings: async () => ({
      '4K': await statistic('pages_4k'),
      '2M': await statistic('pages_2m'),
      '1G': await statistic('pages_1g'),
    }),
    async fill(range, tag) {
      const reply = await agent.guest.fill(await vcpu(), gpa + offsetOf(range), sizeOf(range), { byte: tag })
      expectDone(reply, `the guest writing ${describeRange(range)}`)
      model.fill(range, tag)
    },
    async expect(range, tag) {
      check.equal<unknown>(await look(range), allAlike(range, tag), `guest view of ${describeRange(range)}`)
    },
  }
}
