// S-A5: a file belongs to the VM that created it; another VM cannot bind it to a memslot.
import { pageSize, scenario } from '../../../harness/api.ts'

export default scenario({
  title: 'a memslot of another VM refuses the file',
  rules: ['S-A5'],
  needs: ['private-memory'],
  async run({ agent, memory, expectDone, expectErrno }) {
    const file = await memory({ pages: 4, initially: 'shared', slot: false, mapped: false })
    const { vm: own, gmem, gpa } = file.handles
    const { vm: foreign } = expectDone(await agent.vm.create(), 'creating another VM')
    const slot = { slot: 0, gpa, size: 4 * pageSize, gmem }

    expectErrno(await agent.vm.setMemslot({ ...slot, vm: foreign }), 'EINVAL', 'binding it to the other VM')
    expectErrno(await agent.vm.setMemslot({ ...slot, vm: own }), 'OK', 'binding it to its own VM')
  },
})
