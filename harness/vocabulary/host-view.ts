// What the host sees of a file through one mapping.
import type { Operations } from '../agent/client.ts'
import type { Mapping } from '../agent/wire/fields.ts'
import type { PageLook, PageRun } from '../agent/pages.ts'
import { check } from './check.ts'
import type { HostView } from './views.ts'
import type { Model, Run } from '../model/reference-model.ts'
import { expectDone } from './expect.ts'
import { describeRange, endOf, offsetOf, page, sizeOf } from '../model/ranges.ts'
import type { PageRange } from '../model/ranges.ts'

/** Runs of a scan, which count from its start, as runs of the file. */
export function runsInFile<Look extends PageLook>(
  runs: readonly PageRun<Look>[],
  range: PageRange,
): Run<Look>[] {
  return runs.map((run) => ({ first: run.first + range.first, count: run.count, value: run.value }))
}

/** The view of a process (the agent, or a child that it forked) through a mapping of the whole file. */
export function hostViewOf(agent: Operations, mapping: Mapping | undefined, model: Model): HostView {
  function mapped(): Mapping {
    if (mapping === undefined) throw new Error('this memory was made with mapped: false')
    return mapping
  }
  async function look(range: PageRange): Promise<Run<PageLook>[]> {
    const reply = await agent.host.scan(mapped(), offsetOf(range), sizeOf(range))
    model.hostLooked(range)
    return runsInFile(expectDone(reply, `looking at ${describeRange(range)} from the host`).runs, range)
  }
  return {
    look,
    async frames(range) {
      const reply = await agent.host.pagemap(mapped(), offsetOf(range), range.count)
      const { pages } = expectDone(reply, `the page frames of ${describeRange(range)}`)
      return pages.map((entry) => (entry.present ? entry.pfn : 'unmapped'))
    },
    async frameRuns(range) {
      const reply = await agent.frames.runs(mapped(), offsetOf(range), sizeOf(range))
      const { runs } = expectDone(reply, `the page frames of ${describeRange(range)}`)
      return runs.map((run) => ({ ...run, first: run.first + range.first }))
    },
    async fill(range, tag) {
      const reply = await agent.host.fill(mapped(), offsetOf(range), sizeOf(range), { byte: tag })
      expectDone(reply, `the host writing ${describeRange(range)}`)
      model.fillAsShared(range, tag)
    },
    async expect(range, tag) {
      const wanted = range.count === 0 ? [] : [{ first: range.first, count: range.count, value: tag }]
      check.equal<unknown>(await look(range), wanted, `host view of ${describeRange(range)}`)
    },
    async expectSigbus(range) {
      const wanted = [{ first: range.first, count: range.count, value: 'sigbus' }]
      check.equal<unknown>(await look(range), wanted, `host view of ${describeRange(range)}`)
      for (const index of new Set([range.first, endOf(range) - 1])) {
        const reply = await agent.host.fill(mapped(), offsetOf(page(index)), sizeOf(page(index)), {
          byte: 0xee,
        })
        check.equal(reply.outcome, 'sigbus', `the host writing page ${index}`)
      }
    },
  }
}
