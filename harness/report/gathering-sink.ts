// A sink for a format that is written in one piece, when the run is over.
import { Gathering, type Gathered } from './gather.ts'
import { Output } from './output.ts'
import type { SinkFactory } from './sinks.ts'

/** Makes the sink of a format from a function that returns the whole report. */
export function gatheringSink(render: (run: Gathered) => string): SinkFactory {
  return (stream) => {
    const output = new Output(stream)
    const gathering = new Gathering()
    return {
      write: (event) => gathering.add(event),
      async close() {
        const run = gathering.finish()
        output.check()
        if (run !== undefined) output.write(render(run))
        await output.flushed()
      },
    }
  }
}
