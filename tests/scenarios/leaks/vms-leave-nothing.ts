// K-leaks: a file keeps its VM alive while it is open, not longer, and a file that cannot be made or bound does not keep it at all.
import {
  call,
  hugePageBytes,
  made,
  mapFlags,
  memslotFlags,
  pageSize,
  protections,
  scenario,
  type ScenarioContext,
} from '../../../harness/api.ts'

const size = 64 * pageSize
const vm = made(0)
const file = made(2)
const mapping = made(6)
const slot = {
  vm,
  slot: 7,
  flags: Number(memslotFlags.guestMemfd),
  mapping: undefined,
  mappingOffset: 0,
  gpa: 2 ** 32,
  size,
  gmem: file,
}

/** One huge page more than the pool has. */
async function tooLarge(pools: ScenarioContext['pools']): Promise<{ readonly size: number }> {
  const { free } = await pools.counters('2M')
  return { size: (free + 1) * hugePageBytes['2M'] }
}

export default scenario({
  title: 'a VM leaves nothing behind when its files are refused, bound, and closed before it or after it',
  rules: ['K-leaks', 'S-A35'],
  needs: ['in-place-conversion', 'slab-counters'],
  pools: { '2M': 4 },
  async run({ pools, dialect, uapi, offered, leavesNothing }) {
    const flags = uapi.flagsFor({ initially: 'shared' })
    const [huge] = offered([{ hugePages: '2M' } as const])
    const refused =
      huge === undefined
        ? call('gmemCreate', { vm, size: pageSize / 2, flags }, { errno: 'EINVAL' })
        : call(
            'gmemCreate',
            { vm, ...(await tooLarge(pools)), flags: uapi.flagsFor({ ...huge, initially: 'shared' }) },
            { errno: 'ENOMEM' },
          )
    await leavesNothing({
      what: 'VMs with a file',
      times: 16,
      blindTo: /pages|kmalloc|maple_node|filp|dentry|vm_area/,
      round: [
        call('vmCreate', { type: 1 }),
        refused,
        call('gmemCreate', { vm, size, flags }),
        call('memslotSet', { ...slot, gmemOffset: pageSize }, { errno: 'EINVAL' }),
        call('memslotSet', { ...slot, gmemOffset: 0 }),
        call('convert', { target: file, dialect, to: 'private', offset: pageSize, size: pageSize }),
        call('mmap', { file, length: size, offset: 0, protection: protections.read, flags: mapFlags.shared }),
        call('hostRead', { mapping, offset: 0, size: 8 }, { outcome: 'done' }),
        call('hostRead', { mapping, offset: pageSize, size: 8 }, { outcome: 'sigbus' }),
        call('munmap', { mapping, offset: 0, length: 0 }),
        call('close', { handle: vm }),
        call('close', { handle: file }),
        call('vmCreate', { type: 1 }),
        call('gmemCreate', { vm: made(12), size, flags }),
        call('close', { handle: made(13) }),
        call('close', { handle: made(12) }),
      ],
    })
  },
})
