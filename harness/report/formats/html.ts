// One HTML file for people: the summary, what is new, a page for each test, and where the time went.
import { Gathering } from '../gather.ts'
import { reproducersOf } from '../html/reproducers.ts'
import { Timeline } from '../html/plots/timeline.ts'
import { Output } from '../output.ts'
import type { SinkFactory } from '../sinks.ts'

/** Writes the page when the run is over. */
export const htmlSink: SinkFactory = (stream, { history, reproducerOf }) => {
  const output = new Output(stream)
  const gathering = new Gathering()
  const timeline = new Timeline()
  return {
    async write(event) {
      timeline.add(event)
      await gathering.add(event)
    },
    async close() {
      const run = gathering.finish()
      output.check()
      if (run !== undefined) {
        // Late: its libraries for plots take time to load, and the first instance need not wait for them.
        const [{ pageOf }, reproducers] = await Promise.all([
          import('../html/page.ts'),
          reproducersOf(run.results, reproducerOf),
        ])
        output.write(pageOf(run, { spans: timeline.spans, history, reproducers }))
      }
      await output.flushed()
    },
  }
}
