// S-B1: INIT_SHARED alone decides in which state a file begins, and MMAP alone whether the host may map it: each combination.
import { fileFlags, pageSize, scenario } from '../../../harness/api.ts'

const count = 8
const size = count * pageSize
const { mmap, initShared } = fileFlags
const gpa = 0x4000_0000

export default scenario({
  title: 'a file begins private, or shared with INIT_SHARED, and only MMAP lets the host map it',
  rules: ['S-B1', 'S-B11', 'S-B7', 'S-A18'],
  needs: ['file-attributes'],
  async run({ agent, dialect, uapi, check, expectDone, expectErrno }) {
    for (const flags of uapi.creation.valid) {
      const name = `a file with flags 0x${flags.toString(16)}`
      const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
      const { gmem } = expectDone(await agent.gmem.create({ vm, size, flags }), `creating ${name}`)
      const mapped = await agent.host.mmap({ file: gmem, length: size })
      const isMappable = (flags & mmap) !== 0n
      expectErrno(mapped, isMappable ? 'OK' : 'ENODEV', `mapping ${name}`)
      const begins = (flags & initShared) === 0n ? 'private' : 'shared'
      const other = begins === 'private' ? 'shared' : 'private'
      const expectHost = async (looks: readonly (number | 'sigbus')[], when: string): Promise<void> => {
        if (!isMappable) return
        const { runs } = expectDone(await agent.host.scan(mapped.mapping, 0, size), `looking at ${name}`)
        const found = runs.flatMap((run) => Array<unknown>(run.count).fill(run.value))
        check.equal<unknown>(found, looks, `host view of ${name}, ${when}`)
      }
      await expectHost(Array<number | 'sigbus'>(count).fill(begins === 'private' ? 'sigbus' : 0), 'new')

      expectDone(await agent.vm.setMemslot({ vm, slot: 0, gpa, size, gmem }), `binding ${name}`)
      const { vcpu } = expectDone(await agent.vm.createVcpu(vm), 'creating a vCPU')
      expectDone(await agent.guest.fill(vcpu, gpa, size, { byte: 0x61 }), `the guest writing ${name}`)
      const range = { target: gmem, dialect, offset: 2 * pageSize, size: 3 * pageSize } as const
      expectDone(await agent.gmem.convert({ ...range, to: other }), `converting pages 2..4 of ${name} to ${other}`)
      const { runs } = expectDone(await agent.guest.scan(vcpu, gpa, size), `the guest looking at ${name}`)
      check.equal<unknown>(runs, [{ first: 0, count, value: 0x61 }], `guest view of ${name}`)
      const look = (index: number): number | 'sigbus' => {
        const converted = index >= 2 && index < 5
        return (converted ? other : begins) === 'private' ? 'sigbus' : 0x61
      }
      await expectHost(
        Array.from({ length: count }, (_, index) => look(index)),
        `pages 2..4 ${other}`,
      )
      expectDone(await agent.gmem.convert({ ...range, to: begins }), `converting pages 2..4 of ${name} back`)
      const again = expectDone(await agent.guest.scan(vcpu, gpa, size), `the guest looking at ${name}`)
      check.equal<unknown>(again.runs, [{ first: 0, count, value: 0x61 }], `guest view of ${name}, converted back`)
    }
  },
})
