// S-A35, S-A18: every slot of any shape of a closed file has lost its memory, and no later file shows through it.
import { pages, pageSize, scenario } from '../../../harness/api.ts'

/** From several entries of the tree of bindings to one, with a gap between the last ones. */
const parts = [pages(1, 126), pages(127, 1), pages(128, 64), pages(200, 3)]
const filePages = 256
/** More than the kernel has room for beside the file that was closed, on either CPU. */
const laterFiles = 40

export default scenario({
  title: 'a closed file leaves all of its slots without memory, and files after it are not seen through them',
  rules: ['S-A35', 'S-A18', 'K-slots'],
  async run({ memory, agent, check, expectDone, expectErrno }) {
    for (const close of ['file', 'mapped file'] as const) {
      const mapped = close === 'mapped file'
      const file = await memory({ pages: filePages, initially: 'shared', slot: false, mapped })
      const { gmem, gpa, nestedVm, mapping } = file.handles
      const vcpu = await nestedVm.vcpu()
      const slots = []
      for (const part of parts.toReversed())
        slots.push({ part, slot: await file.bind(part, gpa + part.first * pageSize) })
      for (const { part, slot } of slots) {
        await slot.guest.fill(pages(part.first, 1), 0x2b)
        if (part.count > 1) await file.convert('private', pages(part.first + part.count - 1, 1))
        await slot.matchesModel(pages(part.first + part.count - 1, 1))
      }
      expectDone(await agent.close(gmem), `closing the ${close}`)
      if (mapping !== undefined) {
        // The mapping has kept the file until now.
        for (const { part, slot } of slots) await slot.guest.expect(pages(part.first, 1), 0x2b)
        expectDone(await agent.host.munmap(mapping), 'unmapping the file')
      }

      // One of them gets what the kernel had for the closed one.
      const later = []
      for (let index = 0; index < laterFiles; index += 1) {
        const next = await memory({ pages: filePages, initially: 'shared', beside: file })
        await next.host.fill(pages(0, 4), 0x70 + index)
        later.push(next)
      }
      for (const { part, slot } of slots) {
        for (const index of new Set([part.first, part.first + part.count - 1])) {
          const access = await agent.guest.write(vcpu, gpa + index * pageSize, Buffer.from('x'))
          expectErrno(access, 'EFAULT', `KVM_RUN with an access to page ${index} of the closed ${close}`)
          check.equal(access.outcome, 'memory-fault', `how an access to page ${index} of the closed ${close} ends`)
        }
        await slot.unbind()
      }
      for (const next of later) {
        await next.matchesModel(pages(0, 4))
        await next.convert('private', next.all)
        await next.matchesModel(pages(0, 4))
      }
    }
  },
})
