// TAP 14: one point a test, or one a mutant, written as soon as its verdict is known.
import type { SinkFactory } from './events.ts'
import { writeControl, writeMutant } from './tap-mutants.ts'
import { TapOutput } from './tap-output.ts'
import { descriptionOf, writePoint } from './tap-point.ts'

/** Writes TAP 14: a point a test for a run; for a campaign of mutants a point a mutant, and one for the control. */
export const tapSink: SinkFactory = (output) => {
  const tap = new TapOutput(output)
  // The tests of a campaign are in results.jsonl alone.
  let isCampaign = false
  return {
    async write(event) {
      tap.check()
      switch (event.type) {
        case 'run-started':
          tap.plan(event.tests.length, 'tests')
          return
        case 'vm-ready':
          if (!isCampaign) await tap.open()
          return
        case 'test-finished':
          if (isCampaign) return
          if (event.points !== undefined && event.points.length > 0) {
            await tap.subtest(descriptionOf(event), event.points)
          }
          writePoint(await tap.point(), event)
          return
        case 'run-finished':
          if (!isCampaign) await tap.finish(event.aborted)
          return
        case 'mutants-started':
          isCampaign = true
          // One more for the control.
          tap.plan(event.mutants.length + 1, 'mutants')
          await tap.open()
          return
        case 'mutant-finished':
          writeMutant(await tap.point(), event)
          return
        case 'control-finished':
          writeControl(await tap.point(), event)
          return
        case 'mutants-finished':
          await tap.finish(event.aborted)
          return
        case 'kernel-ready':
        case 'vm-lost':
        case 'test-started':
        case 'test-retried':
        case 'mutant-started':
        case 'control-started':
          return
        default:
          event satisfies never
      }
    },
    close: () => tap.close(),
  }
}
