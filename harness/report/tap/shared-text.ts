// One text for several streams: a report that goes to the standard output and to a file is made once.
import { Writable } from 'node:stream'
import type { ReportEvent } from '../events.ts'
import { Output } from '../output.ts'
import type { Sink, SinkFactory } from '../sinks.ts'

/** The characters of a run that is over which may wait in memory. */
const mostWaiting = 65_536

/**
 * Returns a factory whose sinks write the same text, each to its own stream: one of them may break without the others. The
 * format must not depend on its stream, and each event must reach all sinks before the next one does.
 */
export function sharedText(factory: SinkFactory): SinkFactory {
  let source: Source | undefined
  return (stream, options) => {
    source ??= new Source((text) => factory(text, options))
    return sinkOn(new Output(stream), source, options.isStored === true ? mostWaiting : 0)
  }
}

/** Makes the text of each event when the first sink asks for it. */
class Source {
  readonly #sink: Sink
  #text = ''
  /** The number of texts so far. */
  #count = 0
  #last: string | Promise<string> = ''

  constructor(make: (text: Writable) => Sink) {
    const text = new Writable({
      decodeStrings: false,
      write: (chunk: unknown, _encoding, done) => {
        this.#text += String(chunk)
        done()
      },
    })
    this.#sink = make(text)
  }

  /** Returns the text of the event at a place in their order; without an event, that which follows the last one. */
  textOf(place: number, event?: ReportEvent): string | Promise<string> {
    if (place === this.#count) {
      this.#count += 1
      this.#last = this.#make(event)
    }
    return this.#last
  }

  #make(event: ReportEvent | undefined): string | Promise<string> {
    const work = event === undefined ? this.#sink.close() : this.#sink.write(event)
    return work === undefined ? this.#take() : work.then(() => this.#take())
  }

  #take(): string {
    const text = this.#text
    this.#text = ''
    return text
  }
}

function sinkOn(output: Output, source: Source, most: number): Sink {
  let waiting = ''
  let place = 0
  function add(text: string): void {
    waiting += text
    if (waiting.length <= most) return
    output.write(waiting)
    waiting = ''
  }
  return {
    write(event) {
      output.check()
      const text = source.textOf(place, event)
      place += 1
      return typeof text === 'string' ? add(text) : text.then(add)
    },
    async close() {
      output.write(waiting + (await source.textOf(place)))
      await output.flushed()
    },
  }
}
