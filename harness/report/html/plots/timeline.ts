// The spans of time in which the workers of a run booted, restored and tested.
import type { ReportEvent, Verdict } from '../../events.ts'

/** A span of time of one worker; times are milliseconds since 1970. */
export interface Span {
  readonly worker: number
  readonly kind: 'boot' | 'restore' | 'test'
  readonly begin: number
  readonly end: number
  /** Of a test. */
  readonly verdict?: Verdict
}

/** Collects the spans of a run; events without a time, as earlier versions wrote them, have none. */
export class Timeline {
  readonly #spans: Span[] = []

  /** Takes the next event. */
  add(event: ReportEvent): void {
    if (event.type !== 'vm-ready' && event.type !== 'test-finished') return
    const end = Date.parse(event.time ?? '')
    if (Number.isNaN(end)) return
    const { worker = 0, milliseconds } = event
    const place = { worker, begin: end - milliseconds, end }
    if (event.type === 'test-finished') this.#spans.push({ ...place, kind: 'test', verdict: event.verdict })
    else this.#spans.push({ ...place, kind: event.origin === 'booted' ? 'boot' : 'restore' })
  }

  /** The spans so far. */
  get spans(): readonly Span[] {
    return this.#spans
  }
}
