// S-A2: a file has a positive number of whole pages; there is no upper limit, because creation allocates nothing.
import { pageSize, scenario } from '../../../harness/api.ts'

const cases = [
  { what: 'no size', size: 0, wanted: 'EINVAL' },
  { what: 'one byte', size: 1, wanted: 'EINVAL' },
  { what: 'a page less one byte', size: pageSize - 1, wanted: 'EINVAL' },
  { what: 'a page and one byte', size: pageSize + 1, wanted: 'EINVAL' },
  { what: 'half a sector more than a page', size: pageSize + 256, wanted: 'EINVAL' },
  { what: 'minus one page', size: -1 * pageSize, wanted: 'EINVAL' },
  { what: 'minus one byte', size: -1, wanted: 'EINVAL' },
  { what: 'the smallest signed number', size: 1n << 63n, wanted: 'EINVAL' },
  { what: 'the largest signed number', size: (1n << 63n) - 1n, wanted: 'EINVAL' },
  { what: 'one page', size: pageSize, wanted: 'OK' },
  { what: 'three pages', size: 3 * pageSize, wanted: 'OK' },
  { what: 'one TiB', size: 1n << 40n, wanted: 'OK' },
] as const

export default scenario({
  title: 'a file has a positive number of whole pages',
  rules: ['S-A2'],
  needs: ['private-memory'],
  async run({ agent, expectDone, expectErrno, uapi }) {
    const { vm } = expectDone(await agent.vm.create(), 'creating a VM')
    const flags = uapi.flagsFor({ initially: 'shared' })

    for (const { what, size, wanted } of cases) {
      const reply = await agent.gmem.create({ vm, size, flags })
      expectErrno(reply, wanted, `creating a file of ${what}`)
    }
  },
})
