// S-A5: the host address of a memslot must map the bound range of the bound file, or be absent.
import { pageSize, scenario } from '../../../harness/api.ts'

const size = 4 * pageSize

export default scenario({
  title: 'the host address of a memslot maps the same range of the same file, or is zero',
  rules: ['S-A5'],
  bugs: ['O-18'],
  async run({ agent, memory, expectDone, expectErrno, uapi }) {
    const file = await memory({ pages: 8, initially: 'shared', slot: false })
    const other = await memory({ pages: 8, initially: 'shared', slot: false, beside: file })
    const { vm, gmem, gpa, mapping } = file.handles
    const map = async (...options: Parameters<typeof agent.host.mmap>): Promise<typeof mapping> =>
      expectDone(await agent.host.mmap(...options), 'mapping').mapping
    const { file: plain } = expectDone(await agent.files.memfd(2 * size), 'creating an ordinary file')
    const secondHalf = await map({ file: gmem, offset: size, length: size })
    const firstPages = await map({ file: gmem, length: 2 * pageSize })

    // Where the host address is not looked at, any other is as good.
    const { foreignHostAddress: foreign } = uapi.expects
    const cases = [
      { what: 'no address', mapping: undefined, at: 0, bound: 0, wanted: 'OK' },
      { what: 'its mapping', mapping, at: 0, bound: 0, wanted: 'OK' },
      { what: 'its mapping, both from page 4 on', mapping, at: size, bound: size, wanted: 'OK' },
      { what: 'a mapping of that half alone', mapping: secondHalf, at: 0, bound: size, wanted: 'OK' },
      { what: 'anonymous memory', mapping: await map({ length: size }), at: 0, bound: 0, wanted: foreign },
      {
        what: 'an ordinary file',
        mapping: await map({ file: plain, length: size }),
        at: 0,
        bound: 0,
        wanted: foreign,
      },
      { what: 'another guest_memfd', mapping: other.handles.mapping, at: 0, bound: 0, wanted: foreign },
      { what: 'a mapping that ends before the slot', mapping: firstPages, at: 0, bound: 0, wanted: foreign },
      { what: 'the page behind it', mapping, at: pageSize, bound: 0, wanted: foreign },
      { what: 'the page before it', mapping, at: 0, bound: pageSize, wanted: foreign },
      { what: 'the other half', mapping: secondHalf, at: 0, bound: 0, wanted: foreign },
      { what: 'an address where nothing is', mapping: undefined, at: pageSize, bound: 0, wanted: foreign },
    ] as const

    for (const { what, mapping: host, at, bound, wanted } of cases) {
      const address = host === undefined ? { mappingOffset: at } : { mapping: host, mappingOffset: at }
      const reply = await agent.vm.setMemslot({ vm, slot: 9, gpa, size, gmem, gmemOffset: bound, ...address })
      expectErrno(reply, wanted, `binding 4 pages with the host address of ${what}`)
      if (reply.errno === 'OK') expectDone(await agent.vm.deleteMemslot(vm, 9), 'deleting the slot')
    }
  },
})
