// S-A2: a file of 4K pages accepts two of the 64 flag bits: SUPPORT_SHARED and, only together with it, INIT_PRIVATE. Any other bit is EINVAL.
import { gmemFlags, pageSize, scenario } from '../../../harness/api.ts'

const { supportShared, initPrivate, hugetlb } = gmemFlags
const accepted = [0n, supportShared, supportShared | initPrivate]
// A kernel may accept HUGETLB, but not for files as small as these: huge-creation-flags creates larger ones.
const withEveryBit = Array.from({ length: 64 }, (_, bit) => supportShared | (1n << BigInt(bit)))
const alone = [initPrivate, hugetlb, 1n << 63n, (1n << 64n) - 1n]

export default scenario({
  title: 'creation accepts the known flags in valid combinations, and no other bit',
  rules: ['S-A2'],
  async run({ agent, expectDone, expectErrno }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')

    for (const flags of new Set([...accepted, ...withEveryBit, ...alone])) {
      const reply = await agent.gmem.create({ vm, size: pageSize, flags })
      const wanted = accepted.includes(flags) ? 'OK' : 'EINVAL'
      expectErrno(reply, wanted, `creating a file of one page with flags 0x${flags.toString(16)}`)
      if (reply.errno === 'OK') await agent.close(reply.gmem)
    }
  },
})
