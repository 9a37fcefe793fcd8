// K-leaks: mappings, faults, allocations and calls that are refused leave nothing; afterwards the pages can be converted.
import { call, fallocateModes, mapFlags, pageSize, pages, protections, scenario } from '../../../harness/api.ts'

const count = 64
const size = count * pageSize
const times = 1100
const mapped = { offset: 0, protection: protections.read | protections.write, flags: mapFlags.shared }

export default scenario({
  title: 'a thousand refused mappings, faults, allocations and calls leave nothing behind',
  rules: ['K-leaks', 'S-A3', 'S-A4', 'S-A16', 'S-A28'],
  needs: ['in-place-conversion', 'slab-counters', 'pre-fault'],
  pools: { '2M': 4 },
  async run({ agent, memory, leavesNothing, expectDone, offered }) {
    const small = await memory({ pages: count, initially: 'shared' })
    const [ofHugePages] = offered([{ hugePages: '2M' }] as const)
    const huge = ofHugePages && (await memory({ pages: 512, initially: 'shared', ...ofHugePages, beside: small }))
    const inHuge = huge === undefined ? [] : [huge.handles.gmem]
    const { vm, gmem, vcpu, gpa } = small.handles
    const { gmem: closed } = expectDone(await agent.gmem.create({ vm, size, flags: 0 }), 'creating a private file')
    // One page behind the end of the file.
    const longer = await agent.host.mmap({ file: gmem, length: size + pageSize })
    const { mapping } = expectDone(longer, 'mapping one page more than there is')
    const attempt = (name: 'read' | 'pwrite' | 'ftruncate' | 'fchmod', errno: 'EINVAL' | 'ESPIPE' = 'EINVAL') =>
      call('fileAttempt', { file: gmem, call: name, offset: 0, value: 8 }, { errno })
    const allocated = (mode: number, offset: number, length: number, errno: 'EINVAL' | 'EOPNOTSUPP') =>
      call('fallocate', { file: gmem, mode, offset, length }, { errno })
    const read = (offset: number) => call('hostRead', { mapping, offset, size: 8 }, { outcome: 'sigbus' })
    await leavesNothing({
      what: 'refused calls',
      times,
      round: [
        call('mmap', { file: gmem, length: pageSize, ...mapped, flags: mapFlags.private }, { errno: 'EINVAL' }),
        call('mmap', { file: closed, length: pageSize, ...mapped }, { errno: 'ENODEV' }),
        ...inHuge.map((file) => call('mmap', { file, length: pageSize, ...mapped }, { errno: 'EINVAL' })),
        attempt('read'),
        attempt('pwrite', 'ESPIPE'),
        attempt('ftruncate'),
        attempt('fchmod'),
        allocated(fallocateModes.keepSize, size, pageSize, 'EINVAL'),
        allocated(0, 0, pageSize, 'EOPNOTSUPP'),
        allocated(fallocateModes.keepSize, 1, pageSize, 'EINVAL'),
        allocated(fallocateModes.zeroRange, 0, pageSize, 'EOPNOTSUPP'),
      ],
    })
    await small.host.fill(small.all, 0x33)
    await small.convert('private', pages(0, count / 2))
    const lost = await memory({ pages: count, initially: 'shared', beside: small, mapped: false })
    expectDone(await agent.close(lost.handles.gmem), 'closing a file that has a slot')
    const cpu = await vcpu()
    const guest = { vcpu: cpu, size: pageSize, timeout: agent.patience.for(1_000) }
    await leavesNothing({
      what: 'faults, refused or not',
      times,
      round: [
        read(0),
        read(size),
        call('guestRead', { ...guest, gpa: gpa - pageSize }, { outcome: 'unexpected-exit' }),
        call('preFault', { vcpu: cpu, gpa: gpa - pageSize, size: pageSize, flags: 0 }, { errno: 'ENOENT' }),
        call('preFault', { vcpu: cpu, gpa, size: 0, flags: 0 }, { errno: 'EINVAL' }),
        call('guestRead', { ...guest, gpa: lost.handles.gpa }, { errno: 'EFAULT', outcome: 'memory-fault' }),
        call('preFault', { vcpu: cpu, gpa: gpa + size - pageSize, size: pageSize, flags: 0 }),
        call('guestRead', { ...guest, gpa: gpa + size - pageSize }, { outcome: 'done' }),
        call('hostRead', { mapping, offset: size - pageSize, size: 8 }, { outcome: 'done' }),
      ],
    })
    await small.convert('private', small.all)
    await small.matchesModel()
    await huge?.convert('private', huge.all)
  },
})
