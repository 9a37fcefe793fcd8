// K-leaks: memslots leave nothing, whether they are refused, deleted before their file is closed, or after it.
import { call, hugePageBytes, made, memslotFlags, pageSize, scenario, type RoundCall } from '../../../harness/api.ts'

const gpa = 2 ** 32
const pages = 300
const size = pages * pageSize
const unit = hugePageBytes['2M']

export default scenario({
  title: 'memslots leave nothing behind, refused, deleted or outlived by their file',
  rules: ['K-leaks', 'S-A5'],
  needs: ['in-place-conversion', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, uapi, offered, leavesNothing, expectDone }) {
    const shared = uapi.flagsFor({ initially: 'shared' })
    const { foreignHostAddress, overlappingSlot } = uapi.expects
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const { vm: other } = expectDone(await agent.vm.create(), 'creating another VM')
    const slot = {
      vm,
      slot: 7,
      flags: Number(memslotFlags.guestMemfd),
      mapping: undefined,
      mappingOffset: 0,
      gpa,
      size,
      gmemOffset: 0,
    }

    const { gmem: file } = expectDone(await agent.gmem.create({ vm, size, flags: shared }), 'creating a file')
    const { mapping } = expectDone(await agent.host.mmap({ file, length: size }), 'mapping it')
    const bound = { ...slot, slot: 1, gpa: 4 * gpa, size: pageSize, gmem: file }
    expectDone(await agent.vm.setMemslot(bound), 'binding its first page')
    const refused = (change: object, errno: RoundCall['end']['errno'] = 'EINVAL') =>
      call('memslotSet', { ...slot, gmem: file, ...change }, { errno })
    // A kernel that looks at host addresses refuses these; another one binds them.
    const foreign = (change: object) => (foreignHostAddress === 'OK' ? [] : [refused(change, foreignHostAddress)])
    const overlap = overlappingSlot.length === 1 ? overlappingSlot[0] : 'any'
    const ofOne = [
      refused({ vm: other }),
      refused({}, overlap),
      refused({ gmemOffset: 1 }),
      refused({ gmemOffset: pageSize }),
      ...foreign({ mapping, mappingOffset: pageSize, gmemOffset: pageSize * 2, size: pageSize }),
    ]
    const second = made(ofOne.length)
    await leavesNothing({
      what: 'refused bindings',
      times: 1100,
      round: [
        ...ofOne,
        call('gmemCreate', { vm, size, flags: shared }),
        refused({ vm: other, gmem: second }),
        refused({ gmem: second, gmemOffset: pageSize }),
        ...foreign({ gmem: second, mapping }),
        call('close', { handle: second }),
      ],
    })

    // Two files: of huge pages the second one, where the kernel has them.
    const [later = { size: 2 * unit }] = offered([{ size: 2 * unit, hugePages: '2M' } as const])
    const files = [{ size }, later]
    const create = files.map(({ size: bytes, ...pages }) =>
      call('gmemCreate', { vm, size: bytes, flags: uapi.flagsFor({ initially: 'shared', ...pages }) }),
    )
    const bind = [
      call('memslotSet', { ...slot, gmem: made(0) }),
      call('memslotSet', { ...slot, slot: 8, gpa: 2 * gpa, size: 2 * unit, gmem: made(1) }),
    ]
    const unbind = [7, 8].map((number) =>
      call('memslotSet', { ...slot, slot: number, flags: 0, size: 0, gmem: undefined }),
    )
    const close = [0, 1].map((index) => call('close', { handle: made(index) }))
    await leavesNothing({
      what: 'bindings',
      times: 40,
      blindTo: /pages|kmalloc|maple_node|filp|dentry|vm_area/,
      round: [...create, ...bind, ...unbind.slice(0, 1), ...bind.slice(0, 1), ...close, ...unbind],
    })
  },
})
