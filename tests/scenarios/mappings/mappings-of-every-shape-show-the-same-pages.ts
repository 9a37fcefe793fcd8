// S-A14, S-A9, S-A19: programs map parts of a file, move, shrink, cut, protect and lock their mappings, and fork: all of them show one file.
import {
  advices,
  mapFlags,
  page,
  pages,
  pageSize,
  protections,
  remapFlags,
  scenario,
  type Memory,
  type PageRange,
  type ScenarioContext,
} from '../../../harness/api.ts'

type Mapping = NonNullable<Memory['handles']['mapping']>
type Process = Awaited<ReturnType<ScenarioContext['agent']['fork']>>

/** A mapping and some of the pages that it shows; page `start` of the file is at the start of the mapping. */
interface Shape {
  readonly name: string
  readonly mapping: Mapping
  readonly start: number
  readonly range: PageRange
  readonly readOnly?: boolean
}

/** Makes mappings of a file of two units of `unit` pages, in every shape that shows pages around the border of both. */
async function shapesOf(context: ScenarioContext, file: Memory, unit: number): Promise<Shape[]> {
  const { agent, expectDone } = context
  const { gmem } = file.handles
  const { host } = agent
  const bytes = unit * pageSize
  const around = pages(unit - 6, 12)
  const map = async (options: Partial<Parameters<typeof host.mmap>[0]> = {}): Promise<Mapping> =>
    expectDone(await host.mmap({ file: gmem, length: 2 * bytes, ...options }), 'mapping the file').mapping
  /** A mapping's place that is aligned to units, and the distance of the place from the start of what is reserved. */
  const reserve = async (): Promise<{ place: Mapping; placeOffset: number }> => {
    const { mapping, address } = expectDone(await host.mmap({ length: 3 * bytes }), 'reserving addresses')
    return { place: mapping, placeOffset: (bytes - Number(address % BigInt(bytes))) % bytes }
  }
  const move = async (mapping: Mapping, first: number, count: number): Promise<Pick<Shape, 'mapping' | 'start'>> => {
    const { place, placeOffset } = await reserve()
    const part = { mapping, offset: first * pageSize, oldSize: count * pageSize, newSize: count * pageSize }
    const flags = remapFlags.mayMove | remapFlags.fixed
    expectDone(await host.mremap({ ...part, flags, place, placeOffset }), `moving ${count} pages of a mapping`)
    return { mapping: place, start: first - placeOffset / pageSize }
  }
  const cut = async (first: number, count: number): Promise<Mapping> => {
    const mapping = await map()
    const part = { offset: first * pageSize, length: count * pageSize }
    expectDone(await host.munmap(mapping, part), `unmapping ${count} pages`)
    return mapping
  }
  const locked = await map()
  expectDone(await host.lock(locked, (unit - 1) * pageSize, 2 * pageSize, 'lock'), 'locking two pages')
  const populated = await map()
  expectDone(await host.madvise(populated, 0, 2 * bytes, advices.populateWrite), 'populating all pages')
  const protectedPart = await map()
  expectDone(await host.protect(protectedPart, bytes - 2 * pageSize, 4 * pageSize, protections.read), 'protecting')
  const opened = await map({ protection: protections.none })
  const all = protections.read | protections.write
  expectDone(await host.protect(opened, bytes - 3 * pageSize, 6 * pageSize, all), 'ending a protection')
  const shrunk = await map()
  const shrink = { mapping: shrunk, offset: 0, oldSize: 2 * bytes, newSize: bytes + 2 * pageSize, flags: 0 }
  expectDone(await host.mremap(shrink), 'shrinking a mapping')
  const source = await map()
  const middle = await move(source, unit - 3, 5)
  const cutOut = await cut(unit - 2, 4)

  return [
    { name: 'a second mapping', mapping: await map(), start: 0, range: around },
    {
      name: 'the second half',
      mapping: await map({ offset: bytes, length: bytes }),
      start: unit,
      range: pages(unit, 6),
    },
    {
      name: 'a part that begins in the first half',
      mapping: await map({ offset: bytes / 2, length: bytes }),
      start: unit / 2,
      range: around,
    },
    { name: 'one that reads alone', mapping: await map({ protection: 1 }), start: 0, range: around, readOnly: true },
    {
      name: 'one made with MAP_LOCKED',
      mapping: await map({ flags: mapFlags.shared | mapFlags.locked }),
      start: 0,
      range: around,
    },
    {
      name: 'one made with MAP_POPULATE',
      mapping: await map({ flags: mapFlags.shared | mapFlags.populate }),
      start: 0,
      range: around,
    },
    { name: 'one with two locked pages', mapping: locked, start: 0, range: around },
    { name: 'a populated one', mapping: populated, start: 0, range: around },
    { name: 'one with a protected part', mapping: protectedPart, start: 0, range: pages(unit + 2, 4) },
    { name: 'the protected part', mapping: protectedPart, start: 0, range: pages(unit - 2, 4), readOnly: true },
    { name: 'a part with its protection ended', mapping: opened, start: 0, range: pages(unit - 3, 6) },
    { name: 'a shrunk one', mapping: shrunk, start: 0, range: pages(unit - 6, 8) },
    { name: 'a moved one', ...(await move(await map(), 0, 2 * unit)), range: around },
    { name: 'a moved part', ...middle, range: pages(unit - 3, 5) },
    { name: 'what is behind a moved part', mapping: source, start: 0, range: pages(unit + 2, 4) },
    { name: 'what is before a hole', mapping: cutOut, start: 0, range: pages(unit - 6, 4) },
    { name: 'what is behind a hole', mapping: cutOut, start: 0, range: pages(unit + 2, 4) },
  ]
}

export default scenario({
  title: 'mappings of every shape, and those of a child, show the same pages and lose the private ones',
  rules: ['S-A14', 'S-A9', 'S-A10', 'S-A16', 'S-A19', 'S-A21'],
  pools: { '2M': 2 },
  async run(context) {
    const { agent, check, memory, offered } = context
    for (const { unit, ...options } of offered([{ unit: 16 }, { unit: 512, hugePages: '2M' }] as const)) {
      const file = await memory({ pages: 2 * unit, initially: 'shared', ...options })
      const shapes = await shapesOf(context, file, unit)
      await using child: Process = await agent.fork()
      const views = shapes.flatMap(({ name, mapping, start, range, readOnly = false }) => [
        { name, range, readOnly, view: file.viewOf(mapping, { start }) },
        { name: `${name}, of a child`, range, readOnly, view: file.viewOf(mapping, { start, process: child }) },
      ])
      const showTheModel = async (when: string): Promise<void> => {
        for (const { name, range, view } of views) {
          check.equal<unknown>(await view.look(range), file.model.hostView(range), `${name} ${when}`)
        }
      }
      await file.host.fill(pages(unit - 6, 12), 0x20)
      for (const [index, { range, readOnly, view }] of views.entries()) {
        if (!readOnly && index % 4 < 2) await view.fill(page(range.first + (index % range.count)), 0x30 + index)
      }
      await showTheModel('after writes through each')

      await file.convert('private', pages(unit - 5, 10))
      await showTheModel('with private pages')
      await file.guest.fill(pages(unit - 3, 5), 0x70)
      await file.convert('shared', pages(unit - 4, 8))
      await showTheModel('with pages that are shared again')
      await file.matchesModel(pages(unit - 6, 12))
    }
  },
})
