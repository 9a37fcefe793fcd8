// Checks the layout and the accounting of the huge pages of a file, by independent sources for each fact.
import type { Agent } from '../agent/client.ts'
import { hugeFlag } from '../agent/frame-runs.ts'
import { hugePageBytes, type HugePageSize } from '../base/huge-page-sizes.ts'
import { check, expectDone } from './check.ts'
import type { Memory } from './scenario-context.ts'
import type { GuestMappings } from './views.ts'
import { agentArea } from './nested-vm.ts'
import { readCharges, type GroupCharges } from './kernel/control-group.ts'
import type { Model, Unit } from '../model/reference-model.ts'
import {
  describeRange,
  endOf,
  offsetOf,
  page,
  pages,
  pagesPerHugePage,
  sizeOf,
  type PageRange,
} from '../model/ranges.ts'
import { poolsOf, type PoolCounters } from './pools.ts'

/** The files of huge pages of one scenario, and the counters before the first file of each size. */
export class HugeFiles {
  readonly #files: { readonly size: HugePageSize; readonly model: Model }[] = []
  readonly #before = new Map<HugePageSize, { pool: PoolCounters; charges: GroupCharges | undefined }>()

  /** Reads the counters; must be called before a file of this size is created. */
  async prepare(agent: Agent, size: HugePageSize): Promise<void> {
    if (this.#before.has(size)) return
    const pool = await poolsOf(agent).counters(size)
    // A kernel may lack control groups for huge pages; expectCharged() then fails when it reads them.
    const charges = await readCharges(agent, size).catch(() => undefined)
    this.#before.set(size, { pool, charges })
  }

  add(size: HugePageSize, model: Model): void {
    this.#files.push({ size, model })
  }

  before(size: HugePageSize): { readonly pool: PoolCounters; readonly charges: GroupCharges | undefined } {
    const before = this.#before.get(size)
    if (before === undefined) throw new Error(`no file of ${size} pages was made`)
    return before
  }

  /** Counts the huge pages of this size of all files by their models, and the allocated ones among them. */
  units(size: HugePageSize): { readonly all: number; readonly allocated: number } {
    const models = this.#files.filter((file) => file.size === size).map((file) => file.model)
    const sum = (pagesOf: (model: Model) => number): number =>
      models.reduce((total, model) => total + pagesOf(model), 0) / pagesPerHugePage(size)
    return { all: sum((model) => model.pages), allocated: sum((model) => model.allocatedPages) }
  }

  /** Counts the 4K pages of all files that belong to split huge pages. */
  splitPages(): number {
    return this.#files
      .flatMap((file) => file.model.units())
      .filter((unit) => unit.allocated && unit.layout === 'split')
      .reduce((sum, unit) => sum + unit.range.count, 0)
  }
}

/** A file of huge pages with everything that a check of its layout needs. */
export interface Laid {
  readonly agent: Agent
  readonly memory: Memory
  readonly size: HugePageSize
  readonly files: HugeFiles
  /** The first frame of each observed huge page, by its first page. */
  readonly frames: Map<number, number>
  /** Unmaps all pages of the file from the guest. */
  readonly rebind: () => Promise<void>
}

function unitsIn(laid: Laid, range: PageRange, layout: Unit['layout']): Unit[] {
  const units = laid.memory.model.units(range)
  if (units.length === 0) throw new Error(`there is no huge page in ${describeRange(range)}`)
  const other = units.find((unit) => unit.layout !== layout)
  if (other !== undefined) {
    throw new Error(`by the model, the huge page of ${describeRange(other.range)} is ${other.layout} and not ${layout}`)
  }
  return units
}

/** Unmaps the file from the guest, lets the guest touch each huge page, and counts the new mappings by size. */
async function mappingsByTouch(laid: Laid, units: readonly Unit[]): Promise<GuestMappings> {
  const { agent, memory } = laid
  await laid.rebind()
  const vcpu = await memory.handles.vcpu()
  // The first run maps the pages of the guest's own code.
  expectDone(await agent.guest.read(vcpu, agentArea.start, 8), 'running the guest')
  const before = await memory.guest.mappings()
  for (const unit of units) {
    const reply = await agent.guest.read(vcpu, memory.handles.gpa + offsetOf(unit.range), 8)
    expectDone(reply, `the guest touching ${describeRange(unit.range)}`)
    memory.model.allocate(unit.range)
  }
  const after = await memory.guest.mappings()
  return {
    '4K': after['4K'] - before['4K'],
    '2M': after['2M'] - before['2M'],
    '1G': after['1G'] - before['1G'],
  }
}

async function hugeFrames(agent: Agent, pfn: number, frames: number): Promise<number> {
  const question = { pfn, frames, mask: hugeFlag, value: hugeFlag }
  return expectDone(await agent.frames.count(question), 'reading /proc/kpageflags').matching
}

/** More frames than an instance has: the count stops at the end of its memory. */
const allFrames = 2 ** 28

/**
 * Checks that the huge pages of the range are whole: the guest maps each as one page, the frames are frames of huge pages,
 * and every access of the host fails.
 */
export async function expectWhole(laid: Laid, range: PageRange): Promise<void> {
  const units = unitsIn(laid, range, 'whole')
  const where = describeRange(range)
  const wanted = { '4K': 0, '2M': 0, '1G': 0, [laid.size]: units.length }
  check.equal<unknown>(await mappingsByTouch(laid, units), wanted, `pages that the guest maps in ${where}`)
  for (const unit of units) {
    const pfn = laid.frames.get(unit.range.first)
    if (pfn !== undefined) {
      const found = await hugeFrames(laid.agent, pfn, unit.range.count)
      check.equal(found, unit.range.count, `frames of huge pages behind ${describeRange(unit.range)}`)
    }
    if (laid.memory.handles.mapping === undefined) continue
    for (const index of [unit.range.first, endOf(unit.range) - 1]) await laid.memory.host.expectSigbus(page(index))
  }
  if (units.every((unit) => laid.frames.has(unit.range.first))) return
  const pools = poolsOf(laid.agent)
  const [two, one] = [await pools.counters('2M'), await pools.counters('1G')]
  const inPools = two.total * pagesPerHugePage('2M') + one.total * pagesPerHugePage('1G')
  const found = await hugeFrames(laid.agent, 0, allFrames)
  check.equal(found, inPools - laid.files.splitPages(), 'frames of huge pages in the whole system')
}

/**
 * Checks that the huge pages of the range are split in place: the guest maps 4K pages, and their consecutive frames are
 * those of the huge page, but no longer frames of a huge page.
 */
export async function expectSplit(laid: Laid, range: PageRange): Promise<void> {
  const units = unitsIn(laid, range, 'split')
  const wanted = { '4K': units.length, '2M': 0, '1G': 0 }
  const where = describeRange(range)
  check.equal(await mappingsByTouch(laid, units), wanted, `pages that the guest maps in ${where}`)
  for (const unit of units) {
    const pfn = await baseFrame(laid, unit)
    const found = await hugeFrames(laid.agent, pfn, unit.range.count)
    check.equal(found, 0, `frames of huge pages behind ${describeRange(unit.range)}`)
  }
}

/**
 * Checks by the flags of frames alone that each huge page of the range has the layout of the model, in its old frames. The
 * guest does not touch it, so that a 1G page is not zeroed for the check.
 */
export async function expectLayout(laid: Laid, range: PageRange): Promise<void> {
  for (const unit of laid.memory.model.units(range)) {
    const where = describeRange(unit.range)
    const pfn = unit.layout === 'split' ? await baseFrame(laid, unit) : laid.frames.get(unit.range.first)
    if (pfn === undefined) throw new Error(`the frames of ${where} are unknown: expectLayout must see it split first`)
    const wanted = unit.layout === 'split' ? 0 : unit.range.count
    const found = await hugeFrames(laid.agent, pfn, unit.range.count)
    check.equal(found, wanted, `frames of huge pages behind ${where}, which must be ${unit.layout}`)
  }
}

/** A sample of the pages shows the order of the frames: at most so many pages of so many runs. */
const mostPages = 64
const mostRuns = 8

/** Selects some items of a list, its first and its last one among them. */
function sample<Item>(items: readonly Item[]): Item[] {
  const step = Math.max(1, Math.ceil((items.length - 1) / (mostRuns - 1)))
  return items.filter((_, index) => index % step === 0 || index === items.length - 1)
}

/** Derives the first frame of a split huge page from the frames of its shared pages, which must be consistent. */
async function baseFrame(laid: Laid, unit: Unit): Promise<number> {
  const { memory, agent, frames } = laid
  const { mapping } = memory.handles
  if (mapping === undefined) throw new Error('this memory was made with mapped: false: only the host sees its frames')
  const what = `the first frame of ${describeRange(unit.range)}`
  const shared = memory.model.stateRuns(unit.range).filter(({ value }) => value === 'shared')
  for (const run of sample(shared)) {
    const count = Math.min(run.count, mostPages)
    await memory.host.look(pages(run.first, count))
    await memory.host.look(pages(run.first + run.count - count, count))
  }
  const reply = await agent.frames.runs(mapping, offsetOf(unit.range), sizeOf(unit.range))
  const mapped = expectDone(reply, `the frames of ${describeRange(unit.range)}`).runs
  const bases = new Set(mapped.flatMap(({ pfn, first }) => (pfn === undefined ? [] : [pfn - first])))
  check.equal(bases.size, 1, `${what}: different values derived from its pages`)
  const [base = 0] = bases
  check.equal(base % unit.range.count, 0, `${what} ${base}: distance from a multiple of the huge page`)
  const known = frames.get(unit.range.first)
  if (known !== undefined) check.equal(base, known, `${what}, which must not change by a conversion`)
  frames.set(unit.range.first, base)
  return base
}

/** Checks pools and st_blocks: a huge page is reserved, then allocated, whether it is split or not. */
export async function expectAccounting(laid: Laid): Promise<void> {
  const { agent, memory, size, files } = laid
  const { pool: before } = files.before(size)
  const { all, allocated } = files.units(size)
  const wanted = {
    total: before.total,
    free: before.free - allocated,
    reserved: before.reserved + all - allocated,
    surplus: before.surplus,
  }
  check.equal(await poolsOf(agent).counters(size), wanted, `the pool of ${size} pages`)
  const status = expectDone(await agent.gmem.status(memory.handles.gmem), 'asking for the status')
  check.equal(status.blocks, memory.model.allocatedPages * 8, 'st_blocks')
  check.equal(status.blockSize, hugePageBytes[size], 'st_blksize')
}

/** Checks that the control group of the agent is charged for the reservation of all files and for their allocated pages. */
export async function expectCharged(laid: Laid): Promise<void> {
  const { size, files, agent } = laid
  const found = await readCharges(agent, size)
  const { charges = { used: 0, reserved: 0 } } = files.before(size)
  const { all, allocated } = files.units(size)
  const bytes = hugePageBytes[size]
  const wanted = { used: charges.used + allocated * bytes, reserved: charges.reserved + all * bytes }
  check.equal(found, wanted, `charges of the control group for ${size} pages, in bytes`)
}
