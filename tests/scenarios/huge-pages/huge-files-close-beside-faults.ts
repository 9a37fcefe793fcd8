// S-A35, S-A36: a file of huge pages can be closed while host and guest use it: their accesses end in faults, and the pool gets all pages back.
import { page, pages, scenario } from '../../../harness/api.ts'

const rounds = 5

export default scenario({
  title: 'a file of huge pages can be closed beside faults, and the pool gets all pages back',
  rules: ['S-A35', 'S-A36', 'S-A11'],
  bugs: ['A-29', 'A-14'],
  needs: ['in-place-conversion', 'hugetlb'],
  pools: { '2M': 2 },
  async run({ memory, pools, agent, check, dialect, expectDone }) {
    const before = await pools.counters('2M')
    for (let round = 0; round < rounds; round += 1) {
      const initially = round % 2 === 0 ? 'private' : 'shared'
      const file = await memory({ pages: 1024, hugePages: '2M', initially })
      const { gmem, mapping, nestedVm, gpa } = file.handles
      const { gmem: twin } = expectDone(await agent.gmem.dup(gmem), 'duplicating the descriptor')
      const place = { offset: 0, size: 64 * 4096 }
      await agent.race.start([
        { kind: 'guest-read', vcpu: await nestedVm.vcpu(1), gpa, size: place.size },
        { kind: 'guest-count', vcpu: await nestedVm.vcpu(2), gpa: gpa + 2 ** 21, size: 4096 },
        ...(mapping === undefined ? [] : [{ kind: 'host-read', mapping, ...place } as const]),
        { kind: 'convert', target: twin, dialect, to: 'shared', ...place, rounds: 20 },
      ])
      await file.guest.look(page(600))
      expectDone(await agent.close(gmem), 'closing the first descriptor')
      if (mapping !== undefined && round > 2) await file.host.look(pages(0, 4))
      const reports = await agent.race.stop()
      for (const { kind, failed, firstError, unexpected, firstUnexpected } of reports) {
        check.equal(
          [failed, unexpected],
          [0, 0],
          `${kind}: errors (${firstError}), unexpected exits (${firstUnexpected})`,
        )
      }

      const vcpu = await nestedVm.vcpu(1)
      const watch = [{ kind: 'guest-read', vcpu, gpa, size: place.size }] as const
      if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), 'unmapping the file')
      await agent.race.start(watch)
      expectDone(await agent.close(twin), 'closing the last descriptor')
      const [guest] = await agent.race.stop()
      check.equal(guest?.firstUnexpected, '', 'exits of the guest that are no memory fault')
      const fault = await agent.guest.read(vcpu, gpa, 8)
      check.equal(fault.outcome, 'memory-fault', 'a read by the guest after the close')
      check.equal(await pools.counters('2M'), before, 'the pool when the file is gone')
    }
  },
})
