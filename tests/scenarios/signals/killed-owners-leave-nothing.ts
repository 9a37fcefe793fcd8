// K-killed, S-A36: a process makes a nested VM with a file of huge pages of its own, and dies in KVM_RUN, in a pre-fault, in a binding, in a touch: all returns.
import { gmemFlags, pagesPerHugePage, pageSize, scenario } from '../../../harness/api.ts'
import { tryMoments } from '../common/moments.ts'

const huge = pagesPerHugePage('2M')
const hugePages = 4
const size = hugePages * huge * pageSize
const gpa = 0x4000_0000
const names = ['KVM_RUN', 'a pre-fault', 'a binding', 'a first touch', 'a conversion'] as const

export default scenario({
  title: 'a process that dies with a nested VM of its own leaves no huge page and no file behind',
  rules: ['K-killed', 'S-A35', 'S-A36'],
  needs: ['in-place-conversion', 'hugetlb', 'pre-fault'],
  pools: { '2M': hugePages },
  timeout: 20,
  async run({ agent, dialect, pools, check, expectErrno, expectDone }) {
    const before = await pools.counters('2M')
    const flags = gmemFlags.supportShared | gmemFlags.hugetlb | gmemFlags.huge2M
    const own = async (child: Awaited<ReturnType<typeof agent.fork>>, name: (typeof names)[number]) => {
      const { vm } = expectDone(await child.vm.create(), 'creating a VM')
      const { gmem } = expectDone(await child.gmem.create({ vm, size, flags }), 'creating a file')
      const { mapping } = expectDone(await child.host.mmap({ file: gmem, length: size }), 'mapping the file')
      const slot = { vm, slot: 0, gpa, size, gmem, mapping }
      if (name !== 'a binding') expectDone(await child.vm.setMemslot(slot), 'binding the file')
      const { vcpu } = expectDone(await child.vm.createVcpu(vm), 'creating a vCPU')
      if (name === 'a conversion') expectDone(await child.host.fill(mapping, 0, size, { byte: 1 }), 'filling the file')
      const operations = {
        KVM_RUN: () => child.guest.fill(vcpu, gpa, size, { byte: 2 }),
        'a pre-fault': () => child.guest.preFault(vcpu, gpa, size),
        'a binding': () => child.vm.setMemslot(slot),
        'a first touch': () => child.host.fill(mapping, 0, size, { byte: 3 }),
        'a conversion': () => child.gmem.convert({ target: gmem, dialect, to: 'private', offset: 0, size }),
      }
      return operations[name]
    }
    for (const name of names) {
      await using survivor = await agent.fork()
      const operation = await own(survivor, name)
      expectErrno(await survivor.signalNext({ how: 'blocked', after: 0 }), 'OK', 'promising a signal')
      expectDone(await operation(), name)
      const { nanoseconds } = await survivor.signalNextResult()
      await survivor.kill()
      check.equal(await pools.counters('2M'), before, `the pool after the end of a process behind ${name}`)

      const died = await tryMoments(nanoseconds, async (after) => {
        await using child = await agent.fork()
        const fatal = await own(child, name)
        expectErrno(await child.signalNext({ how: 'killed', after }), 'OK', 'promising SIGKILL')
        const death = await fatal().then(
          () => 'none',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        )
        if (death !== 'none') check.equal(death, 'AGENT_CHILD_GONE', `the end of a process in ${name}`)
        await child.kill()
        check.equal(await pools.counters('2M'), before, `the pool after a death in ${name}`)
        return death !== 'none'
      })
      check.that(died, `a process died in ${name}`)
    }
  },
})
