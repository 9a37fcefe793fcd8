// The view of the host: its accesses to a file through one mapping, and the copies that the kernel makes there for it.
import type { Operations } from '../agent/client.ts'
import { words } from '../agent/vocabulary.ts'
import type { Gmem, Mapping } from '../agent/wire/fields.ts'
import type { PageLook, PageRun } from '../agent/access.ts'
import { check, expectDone } from './check.ts'
import type { MemoryHandles } from './scenario-context.ts'
import type { CopyView, CopyWay, HostView } from './views.ts'
import type { Model, Run } from '../model/reference-model.ts'
import { byte } from '../base/units.ts'
import { describeRange, endOf, offsetOf, page, sizeOf, type PageRange } from '../model/ranges.ts'

/** Moves runs, which count from the start of a scan, to their place in the file. */
export function runsInFile<Look extends PageLook>(runs: readonly PageRun<Look>[], range: PageRange): Run<Look>[] {
  return runs.map((run) => ({ ...run, first: run.first + range.first }))
}

/** Returns the mapping of a file, which the scenario must not have switched off. */
export function mappingOf({ mapping }: Pick<MemoryHandles, 'mapping'>): Mapping {
  if (mapping === undefined) throw new Error('this memory was made with mapped: false')
  return mapping
}

/** Maps the file; without one, maps anonymous memory: the shared memory where the two states have a memory each. */
export async function mapFile(agent: Operations, file: Gmem | undefined, length: number): Promise<Mapping> {
  return expectDone(await agent.host.mmap({ file, length }), 'mapping the memory').mapping
}

/**
 * Returns the runs of a view in which all pages of a range are alike.
 * @throws {RangeError} for a range without pages, in which there is nothing to check, and for a number that is no byte
 */
export function allAlike<Look>({ first, count }: PageRange, value: Look): Run<Look>[] {
  if (count === 0) throw new RangeError(`a view to check must have a page, got no pages at ${first}`)
  if (typeof value === 'number') byte(value)
  return [{ first, count, value }]
}

/**
 * Returns the view of a process (the agent, or a child that it forked) through a mapping, which begins with page `start` of
 * the file.
 */
export function hostViewOf(agent: Operations, mapping: Mapping | undefined, model: Model, start = 0): HostView {
  const mapped = (): Mapping => mappingOf({ mapping })
  const at = (range: PageRange): number => offsetOf(page(range.first - start))
  async function look(range: PageRange): Promise<Run<PageLook>[]> {
    const reply = await agent.host.scan(mapped(), at(range), sizeOf(range))
    model.hostLooked(range)
    return runsInFile(expectDone(reply, `looking at ${describeRange(range)} from the host`).runs, range)
  }
  return {
    look,
    async frames(range) {
      const reply = await agent.host.pagemap(mapped(), at(range), range.count)
      const { pages } = expectDone(reply, `the page frames of ${describeRange(range)}`)
      return pages.map((entry) => (entry.present ? entry.pfn : 'unmapped'))
    },
    async frameRuns(range) {
      const reply = await agent.frames.runs(mapped(), at(range), sizeOf(range))
      const { runs } = expectDone(reply, `the page frames of ${describeRange(range)}`)
      return runs.map((run) => ({ ...run, first: run.first + range.first }))
    },
    async fill(range, tag) {
      const reply = await agent.host.fill(mapped(), at(range), sizeOf(range), { byte: tag })
      expectDone(reply, `the host writing ${describeRange(range)}`)
      model.fillAsShared(range, tag)
    },
    async expect(range, tag) {
      check.equal<unknown>(await look(range), allAlike(range, tag), `host view of ${describeRange(range)}`)
    },
    async expectSigbus(range) {
      check.equal<unknown>(await look(range), allAlike(range, 'sigbus'), `host view of ${describeRange(range)}`)
      for (const index of new Set([range.first, endOf(range) - 1])) {
        const reply = await agent.host.fill(mapped(), at(page(index)), sizeOf(page(index)), { byte: 0xee })
        check.equal(reply.outcome, 'sigbus', `the host writing page ${index}`)
      }
    },
  }
}

/** All ways in which the kernel copies. */
export const copyWays: readonly CopyWay[] = words.way

/** Where the kernel copies from and to: page `start` of the file is at the start of the mapping. */
interface CopyPlace {
  readonly mapping: Mapping
  readonly start: number
  readonly way: CopyWay
  /** Missing: the agent itself. */
  readonly pid: number | undefined
}

/** Returns the view that the kernel has of a file when it copies in one way. */
export function copyViewOf(agent: Operations, { start, ...place }: CopyPlace, model: Model): CopyView {
  const by = `${place.way}${place.pid === undefined ? '' : ' of a child'}`
  const at = (range: PageRange) => ({ ...place, offset: offsetOf(page(range.first - start)), size: sizeOf(range) })
  const look: CopyView['look'] = async (range) => {
    const reply = expectDone(await agent.host.copyScan(at(range)), `copying ${describeRange(range)} by ${by}`)
    model.hostLooked(range)
    return runsInFile(reply.runs, range)
  }
  return {
    look,
    async fill(range, tag) {
      const reply = await agent.host.copyFill({ ...at(range), value: tag })
      expectDone(reply, `copying to ${describeRange(range)} by ${by}`)
      model.fillAsShared(range, tag)
    },
    async expectRefused(range) {
      check.equal<unknown>(
        await look(range),
        allAlike(range, 'fault'),
        `what ${by} copies from ${describeRange(range)}`,
      )
      for (const index of new Set([range.first, endOf(range) - 1])) {
        const { errno, bytes } = await agent.host.copyFill({ ...at(page(index)), value: 0xee })
        check.equal(
          errno,
          place.way === 'proc-mem' ? 'EIO' : 'EFAULT',
          `the result of copying to page ${index} by ${by}`,
        )
        check.equal(bytes, 0, `bytes that ${by} copied to page ${index}`)
      }
    },
    async matchesModel(range) {
      const wanted = model.hostView(range).map((run) => (run.value === 'sigbus' ? { ...run, value: 'fault' } : run))
      check.equal<unknown>(await look(range), wanted, `what ${by} copies from ${describeRange(range)}`)
    },
  }
}
