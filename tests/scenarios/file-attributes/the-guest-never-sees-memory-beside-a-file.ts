// S-B1, S-A18: the file has the memory of a slot in both states: other memory at the host address of the slot is never used, with any flags of the file.
import { mapFlags, pageSize, scenario } from '../../../harness/api.ts'

const count = 8
const size = count * pageSize
const gpa = 0x4000_0000
const converted = { offset: 2 * pageSize, size: 4 * pageSize } as const

export default scenario({
  title: 'the guest finds the pages of the file where other memory is at the host address of the slot',
  rules: ['S-B1', 'S-B7', 'S-A5', 'S-A18'],
  needs: ['file-attributes'],
  async run({ agent, dialect, uapi, check, expectDone }) {
    for (const flags of uapi.creation.valid) {
      const name = `a file with flags 0x${flags.toString(16)}`
      const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
      const { gmem } = expectDone(await agent.gmem.create({ vm, size, flags }), `creating ${name}`)
      const anonymous = { length: size, flags: mapFlags.shared | mapFlags.anonymous }
      const { mapping: beside } = expectDone(await agent.host.mmap(anonymous), 'mapping other memory')
      expectDone(await agent.host.fill(beside, 0, size, { byte: 0x99 }), 'filling it')
      const slot = { vm, slot: 0, gpa, size, gmem, mapping: beside }
      expectDone(await agent.vm.setMemslot(slot), `binding ${name} with other memory at the host address`)
      const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
      const expectGuest = async (wanted: readonly number[], when: string): Promise<void> => {
        const { runs } = expectDone(await agent.guest.scan(vcpu, gpa, size), `the guest looking, ${when}`)
        const found = runs.flatMap((run) => Array<unknown>(run.count).fill(run.value))
        check.equal<unknown>(found, wanted, `guest view of ${name}, ${when}`)
      }
      const view = Array<number>(count).fill(0)
      await expectGuest(view, 'untouched')
      for (const to of ['shared', 'private', 'shared'] as const) {
        const reply = await agent.gmem.convert({ target: gmem, dialect, to, ...converted })
        expectDone(reply, `converting pages 2..5 of ${name} to ${to}`)
        await expectGuest(view, `pages 2..5 being ${to}`)
        for (const index of view.keys()) {
          const byte = (view[index] ?? 0) + index + 1
          expectDone(await agent.guest.fill(vcpu, gpa + index * pageSize, pageSize, { byte }), 'the guest writing')
          view[index] = byte
        }
        await expectGuest(view, `written with pages 2..5 being ${to}`)
      }
      expectDone(await agent.gmem.punchHole(gmem, pageSize, 2 * pageSize), `a hole in ${name}`)
      await expectGuest(view.fill(0, 1, 3), 'with a hole')
      const { runs } = expectDone(await agent.host.scan(beside, 0, size), 'looking at the other memory')
      check.equal<unknown>(runs, [{ first: 0, count, value: 0x99 }], `the memory beside ${name}`)
    }
  },
})
