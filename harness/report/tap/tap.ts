// TAP 14: one point a test, or one a mutant, written as soon as its verdict is known.
import { expectedPoints, expectedReason, isExpected, repetition } from '../meaning/change.ts'
import { handleEvent, type EventHandlers } from '../handle-event.ts'
import type { SinkFactory } from '../sinks.ts'
import { writeControl, writeMutant } from './tap-mutants.ts'
import { TapOutput } from './tap-output.ts'
import { descriptionOf, writePoint } from './tap-point.ts'

/** Writes TAP 14: a point a test for a run; for a campaign of mutants a point a mutant, and one for the control. */
export const tapSink: SinkFactory = (output) => {
  const tap = new TapOutput(output)
  const ofCampaign: EventHandlers = {
    'mutant-finished': (event) => writeMutant(tap, event),
    'control-finished': (event) => writeControl(tap, event),
    'mutants-finished': ({ aborted }) => tap.finish(aborted),
  }
  const ofRun: EventHandlers = {
    'run-started': ({ tests }) => tap.plan(tests.length, 'tests'),
    'vm-ready': async () => void (await tap.open()),
    async 'test-finished'(event) {
      const { points = [] } = event
      const shown = isExpected(event) ? expectedPoints(points, expectedReason(event)) : points
      if (points.length > 0) await tap.subtest(descriptionOf(event), shown)
      await writePoint(tap, event)
    },
    'failure-repeated': (event) => tap.comment(`${event.name} is new, and when it ran again: ${repetition(event)}`),
    'run-finished': ({ aborted }) => tap.finish(aborted),
    async 'mutants-started'({ mutants }) {
      // The tests of a campaign are in results.jsonl alone.
      handlers = ofCampaign
      // One more for the control.
      tap.plan(mutants.length + 1, 'mutants')
      await tap.open()
    },
  }
  let handlers = ofRun
  return {
    write(event) {
      tap.check()
      return handleEvent(handlers, event)
    },
    close: () => tap.close(),
  }
}
