// Events of several scenarios that run at the same time, put out scenario by scenario as if they ran one after the other.

interface Part<Event> {
  readonly waiting: Event[]
  isFinished: boolean
}

/**
 * Sorts what is written for the places 0, 1, 2 … What belongs to the first place that is not finished comes out at once,
 * everything behind it waits for it.
 */
export class OrderedEvents<Event> {
  readonly #emit: (event: Event) => Promise<void>
  readonly #parts = new Map<number, Part<Event>>()
  #head = 0
  #last: Promise<void> = Promise.resolve()

  /** `emit` is never called before its last call has resolved. */
  constructor(emit: (event: Event) => Promise<void>) {
    this.#emit = emit
  }

  /** Resolves when the event is out, or at once when it has to wait for its turn. */
  async write(place: number, event: Event): Promise<void> {
    if (place === this.#head) await this.#put([event])
    else this.#part(place).waiting.push(event)
  }

  /** Nothing more comes for this place. */
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
   * When all is over: puts out what is finished though something before it is not and never will be. What was cut off
   * stays out, except what is out already.
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
