// S-A9, S-A16: a lock or a populated mapping is no claim on its pages: they become private at once, and private ones are not mapped.
import {
  advices,
  mapFlags,
  page,
  pages,
  pageSize,
  scenario,
  type Memory,
  type ScenarioContext,
} from '../../../harness/api.ts'

type Mapping = NonNullable<Memory['handles']['mapping']>
type Host = ScenarioContext['agent']['host']

/** The pages that are locked or populated; the last one of them is private from the start. */
const some = pages(0, 4)
const bytes = some.count * pageSize

/** How a program locks or populates its mapping, and what the kernel answers if a page is private. */
const ways: readonly {
  readonly what: string
  readonly flags?: number
  readonly prepare?: (host: Host, mapping: Mapping) => ReturnType<Host['lock']>
  /** Missing: any; what mlock2 says depends on whether the mapping can be locked at all. */
  readonly answer?: 'OK' | 'ENOMEM' | 'EFAULT'
}[] = [
  { what: 'MAP_LOCKED', flags: mapFlags.locked },
  { what: 'MAP_POPULATE', flags: mapFlags.populate },
  { what: 'mlock', prepare: (host, mapping) => host.lock(mapping, 0, bytes, 'lock'), answer: 'ENOMEM' },
  { what: 'mlock2', prepare: (host, mapping) => host.lock(mapping, 0, bytes, 'lock-on-fault') },
  {
    what: 'MADV_POPULATE_READ',
    prepare: (host, mapping) => host.madvise(mapping, 0, bytes, advices.populateRead),
    answer: 'EFAULT',
  },
  {
    what: 'MADV_POPULATE_WRITE',
    prepare: (host, mapping) => host.madvise(mapping, 0, bytes, advices.populateWrite),
    answer: 'EFAULT',
  },
  {
    what: 'munlock',
    flags: mapFlags.locked,
    prepare: (host, mapping) => host.lock(mapping, 0, bytes, 'unlock'),
    answer: 'OK',
  },
]

export default scenario({
  title: 'locked and populated pages become private like others, and private ones are neither locked nor populated',
  rules: ['S-A9', 'S-A16', 'S-A19', 'S-A20'],
  bugs: ['A-23'],
  pools: { '2M': 1 },
  async run({ memory, agent, check, expectDone, expectErrno, offered }) {
    const { host } = agent
    for (const options of offered([{ pages: 8 }, { pages: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ ...options, initially: 'shared' })
      const length = file.pages * pageSize
      for (const [index, { what, flags = 0, prepare, answer }] of ways.entries()) {
        await file.convert('private', page(3))
        const request = { file: file.handles.gmem, length, flags: mapFlags.shared | flags }
        const { mapping } = expectDone(await host.mmap(request), `mapping the file for ${what}`)
        const prepared = await prepare?.(host, mapping)
        if (prepared !== undefined && answer !== undefined) expectErrno(prepared, answer, `${what} of a private page`)
        const view = file.viewOf(mapping)
        const looks = async (): Promise<void> =>
          check.equal<unknown>(await view.look(some), file.model.hostView(some), `the mapping with ${what}`)

        await file.convert('private', pages(0, 2))
        await looks()
        await file.guest.fill(page(1), 0x20 + index)
        await file.convert('shared', some)
        await looks()
        await view.fill(pages(2, 2), 0x30 + index)
        await file.convert('private', some)
        await looks()
        await file.guest.expect(page(3), 0x30 + index)
        await file.convert('shared', some)
        expectDone(await host.munmap(mapping), `unmapping the mapping of ${what}`)
      }
      await file.matchesModel()
    }
  },
})
