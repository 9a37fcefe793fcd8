// S-A2, S-B1: a file of 4K pages accepts two of the 64 flag bits, in the combinations of its dialect. Any other bit is EINVAL.
import { pageSize, scenario } from '../../../harness/api.ts'

const bits = Array.from({ length: 64 }, (_, bit) => 1n << BigInt(bit))

export default scenario({
  title: 'creation accepts the known flags in valid combinations, and no other bit',
  rules: ['S-A2', 'S-B1'],
  async run({ agent, uapi, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const { valid, mappable = 0n } = uapi.creation
    // A kernel may accept HUGETLB, but not for files as small as these: huge-creation-flags creates larger ones.
    const tried = [0n, 1n, 2n, 3n, ...bits, ...bits.map((bit) => mappable | bit), 7n << 61n, (1n << 64n) - 1n]

    for (const flags of new Set([...valid, ...tried])) {
      const reply = await agent.gmem.create({ vm, size: pageSize, flags })
      const wanted = valid.includes(flags) ? 'OK' : 'EINVAL'
      expectErrno(reply, wanted, `creating a file of one page with flags 0x${flags.toString(16)}`)
      if (reply.errno === 'OK') await agent.close(reply.gmem)
    }
  },
})
