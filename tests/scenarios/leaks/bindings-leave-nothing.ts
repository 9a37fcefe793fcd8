// K-leaks: memslots leave nothing, whether they are refused, deleted before their file is closed, or after it.
import { call, gmemFlags, hugePageBytes, made, memslotFlags, pageSize, scenario } from '../../../harness/api.ts'

const gpa = 2 ** 32
const pages = 300
const size = pages * pageSize
const unit = hugePageBytes['2M']
const shared = gmemFlags.supportShared
const huge = shared | gmemFlags.hugetlb | gmemFlags.huge2M

export default scenario({
  title: 'memslots leave nothing behind, refused, deleted or outlived by their file',
  rules: ['K-leaks', 'S-A5'],
  needs: ['in-place-conversion', 'hugetlb', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ agent, leavesNothing, expectDone }) {
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
    const refused = (change: object, errno: 'EINVAL' | 'EBADF' = 'EINVAL') =>
      call('memslotSet', { ...slot, gmem: file, ...change }, { errno })
    await leavesNothing({
      what: 'refused bindings',
      times: 1100,
      round: [
        refused({ vm: other }),
        refused({}),
        refused({ gmemOffset: 1 }),
        refused({ gmemOffset: pageSize }),
        refused({ mapping, mappingOffset: pageSize, gmemOffset: pageSize * 2, size: pageSize }),
        call('gmemCreate', { vm, size, flags: shared }),
        refused({ vm: other, gmem: made(5) }),
        refused({ gmem: made(5), gmemOffset: pageSize }),
        refused({ gmem: made(5), mapping }),
        call('close', { handle: made(5) }),
      ],
    })

    const create = [
      call('gmemCreate', { vm, size, flags: shared }),
      call('gmemCreate', { vm, size: 2 * unit, flags: huge }),
    ]
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
