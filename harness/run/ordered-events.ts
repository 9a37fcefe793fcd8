// Emits the events of tests that run at the same time as if the tests ran one after the other.

interface Part<Event> {
  readonly waiting: Event[]
  isFinished: boolean
}

/**
 * Sorts events by the places 0, 1, 2 … Events of the first unfinished place are emitted at once, and the events of later
 * places wait.
 */
export class OrderedEvents<Event> {
  readonly #emit: (event: Event) => Promise<void>
  readonly #onEvent: (event: Event) => void
  readonly #parts = new Map<number, Part<Event>>()
  #head = 0
  #last: Promise<void> = Promise.resolve()

  /** Calls of `emit` never overlap. `onEvent` gets each event at once, also one that waits. */
  constructor(emit: (event: Event) => Promise<void>, onEvent: (event: Event) => void = () => undefined) {
    this.#emit = emit
    this.#onEvent = onEvent
  }

  /** Resolves when the event was emitted, or at once when it has to wait. */
  async write(place: number, event: Event): Promise<void> {
    this.#onEvent(event)
    if (place === this.#head) await this.#put([event])
    else this.#part(place).waiting.push(event)
  }

  /** Ends a place: no event of it follows. */
  async finish(place: number): Promise<void> {
    this.#part(place).isFinished = true
    while (this.#part(this.#head).isFinished) {
      this.#parts.delete(this.#head)
      this.#head += 1
      void this.#put(this.#part(this.#head).waiting.splice(0))
    }
    await this.#last
  }

  /**
   * Emits the events of finished places at the end of a run, although earlier places were cut off. Waiting events of places
   * that were cut off are dropped.
   */
  async flush(): Promise<void> {
    const places = [...this.#parts.keys()].toSorted((a, b) => a - b)
    for (const place of places) {
      const { isFinished, waiting } = this.#part(place)
      if (isFinished) void this.#put(waiting.splice(0))
    }
    await this.#last
  }

  #part(place: number): Part<Event> {
    const known = this.#parts.get(place)
    if (known !== undefined) return known
    const part = { waiting: [], isFinished: false }
    this.#parts.set(place, part)
    return part
  }

  #put(events: readonly Event[]): Promise<void> {
    for (const event of events) this.#last = this.#last.then(() => this.#emit(event))
    return this.#last
  }
}
