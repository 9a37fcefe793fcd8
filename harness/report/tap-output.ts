// A stream of TAP 14 that begins with its plan, written by the tap package itself.
import type { Writable } from 'node:stream'
import type { Minimal as TapStream } from 'tap'
import type { TestPoint } from './events.ts'
import { Output } from './output.ts'
import { plainText } from './plain.ts'

/**
 * Loads the tap package, which takes a tenth of a second: call it early, while something slow runs elsewhere.
 * Importing it starts tap's own root test, whose timeout would write a failure and then end this process with SIGALRM
 * after half a minute. That timer is taken away, unless this process is a test of tap's.
 */
export async function loadTap(): Promise<{ readonly Minimal: typeof TapStream }> {
  const { Minimal, t: root } = await import('tap')
  if (!root.registered) root.setTimeout(0)
  return { Minimal }
}

/** Writes test points to `output`. The plan comes first, so a run that stops early never looks complete. */
export class TapOutput {
  readonly #output: Output
  #stream: TapStream | undefined
  #planned = 0
  #things = ''
  #written = 0

  constructor(output: Writable) {
    this.#output = new Output(output)
  }

  /** @throws what broke the output, if something did */
  check(): void {
    this.#output.check()
  }

  /** Sets how many points there will be, and of which things; prints nothing yet. */
  plan(count: number, things: string): void {
    this.#planned = count
    this.#things = things
  }

  /** Prints the head, if nobody has yet: loading tap must not hold up the boot, so this is not done by the plan. */
  async open(): Promise<TapStream> {
    if (this.#stream === undefined) {
      const { Minimal } = await loadTap()
      const stream = new Minimal({ name: 'gmemtest', strict: true })
      this.#stream = stream
      stream.on('data', (chunk: string) => this.#output.write(chunk))
      // A plan of no points ends the stream, so it says why.
      if (this.#planned === 0) stream.plan(0, `no ${this.#things}`)
      else stream.plan(this.#planned)
    }
    return this.#stream
  }

  /** The stream to write one point to. */
  async point(): Promise<TapStream> {
    this.#written += 1
    return this.open()
  }

  /** Writes the points of a subtest; the point of the same name must follow. */
  async subtest(name: string, points: readonly TestPoint[]): Promise<void> {
    await this.open()
    const { Minimal } = await loadTap()
    this.#output.write(subtestOf(name, points, Minimal))
  }

  /** Bails out when the run was aborted, or when not all points are there. */
  async finish(aborted: string | undefined): Promise<void> {
    const isShort = this.#written < this.#planned
    const reason = aborted ?? `only ${this.#written} of ${this.#planned} ${this.#things} have a result`
    if (aborted !== undefined || isShort) (await this.open()).bailout(plainText(reason))
  }

  /** Waits until all of it has been written. */
  async close(): Promise<void> {
    if (this.#stream !== undefined && this.#written === this.#planned) this.#stream.end()
    await this.#output.flushed()
  }
}

/**
 * A subtest as TAP 14 has it. It has a stream of its own: tap would judge its parent by these points, and a program whose
 * points are all ok can end badly.
 */
function subtestOf(name: string, points: readonly TestPoint[], Minimal: typeof TapStream): string {
  const stream = new Minimal({ name, strict: true })
  let text = ''
  stream.on('data', (chunk: string) => (text += chunk))
  stream.plan(points.length)
  for (const { ok, name: pointName, directive, reason = '', points: below } of points) {
    const description = plainText(pointName)
    if (below !== undefined && below.length > 0) text += subtestOf(description, below, Minimal)
    const why = plainText(reason) || true
    const extra = directive === 'SKIP' ? { skip: why } : directive === 'TODO' ? { todo: why } : {}
    if (ok) stream.pass(description, extra)
    else stream.fail(description, { at: null, ...extra })
  }
  stream.end()
  const body = text.replace(/^TAP version .*\n/, '').replaceAll(/^(?=.)/gm, '    ')
  return `# Subtest: ${name}\n${body}`
}
