// A stream of TAP 14 that begins with its plan, written by the tap package.
import type { Writable } from 'node:stream'
import type { Minimal as TapStream } from 'tap'
import type { TestPoint } from '../events.ts'
import { Output } from '../output.ts'
import { plainText } from '../plain.ts'
import type { yamlBlock } from './yaml-block.ts'

interface Tap {
  readonly Minimal: typeof TapStream
  readonly yamlBlock: typeof yamlBlock
}

/**
 * Loads the tap package. That takes a tenth of a second, so call it while the first instance boots. The import starts tap's
 * root test, whose timeout would write a failure after half a minute and end this process with SIGALRM. That timer is
 * removed unless this process itself is a test that tap runs.
 */
export async function loadTap(): Promise<Tap> {
  const [{ Minimal, t: root }, { yamlBlock }] = await Promise.all([import('tap'), import('./yaml-block.ts')])
  if (!root.registered) {
    root.setTimeout(0)
    root.hookDomain.destroy()
  }
  return { Minimal, yamlBlock }
}

/**
 * Makes a stream of tap. Its domain, which would follow each promise of this process to attribute uncaught errors, is ended:
 * it costs time, and code of a test that the watch ends (run/stall-watch.ts) must leave no promise half followed.
 */
function newStream(Minimal: typeof TapStream, name: string): TapStream {
  const stream = new Minimal({ name, strict: true })
  stream.hookDomain.destroy()
  return stream
}

/** What follows the description of a point that is ok. */
type PointNote = { readonly milliseconds: number } | { readonly skip: string }

/**
 * Writes test points to `output`. The plan comes first, so a run that stops early never looks complete. All texts are
 * escaped here.
 */
export class TapOutput {
  readonly #output: Output
  #stream: TapStream | undefined
  #planned = 0
  #things = ''
  #written = 0

  constructor(output: Writable) {
    this.#output = new Output(output)
  }

  /** @throws the error that broke the output, if it is broken */
  check(): void {
    this.#output.check()
  }

  /** Sets the number of points, and the word for them; prints nothing yet. */
  plan(count: number, things: string): void {
    this.#planned = count
    this.#things = things
  }

  /** Prints the head once. `plan` does not do so, since loading tap would delay the boot. */
  async open(): Promise<TapStream> {
    if (this.#stream === undefined) {
      const { Minimal } = await loadTap()
      const stream = newStream(Minimal, 'gmemtest')
      this.#stream = stream
      stream.on('data', (chunk: string) => this.#output.write(chunk))
      // A plan without points ends the stream, so the plan has the reason.
      if (this.#planned === 0) stream.plan(0, `no ${this.#things}`)
      else stream.plan(this.#planned)
    }
    return this.#stream
  }

  /** Writes a point that is ok, with its duration or the reason for which it was skipped. */
  async pass(description: string, note: PointNote): Promise<void> {
    const stream = await this.open()
    this.#written += 1
    // tap writes no directive for an empty reason.
    const extra = 'skip' in note ? { skip: pointText(note.skip) || true } : { time: durationOf(note.milliseconds) }
    stream.pass(pointText(description), extra)
  }

  /** Writes a point that is not ok, with these fields in its YAML block. With the reason `todo`, it was expected to fail. */
  async fail(description: string, fields: Readonly<Record<string, unknown>>, todo?: string): Promise<void> {
    const stream = await this.open()
    const { yamlBlock } = await loadTap()
    this.#written += 1
    // tap would fold long lines of the block, and name this file in it.
    const directive = todo === undefined ? {} : { todo: pointText(todo) }
    stream.fail(pointText(description), { at: null, diagnostic: false, ...directive })
    this.#output.write(yamlBlock(fields))
  }

  async comment(text: string): Promise<void> {
    const stream = await this.open()
    // tap drops what follows the last planned point.
    if (this.#written < this.#planned) stream.comment(plainText(text))
    else this.#output.write(`# ${plainText(text)}\n`)
  }

  /** Writes the points of a subtest; the caller then writes the point of the same name. */
  async subtest(name: string, points: readonly TestPoint[]): Promise<void> {
    await this.open()
    const { Minimal } = await loadTap()
    this.#output.write(subtestOf(pointText(name), points, Minimal))
  }

  /** Bails out when the run was aborted, or when points are missing. */
  async finish(aborted: string | undefined): Promise<void> {
    const isShort = this.#written < this.#planned
    const reason = aborted ?? `only ${this.#written} of ${this.#planned} ${this.#things} have a result`
    if (aborted !== undefined || isShort) (await this.open()).bailout(plainText(reason))
    // A stream without a plan is a failure for its readers.
    else if (this.#planned === 0) await this.open()
  }

  /** Ends the stream and waits until everything was written. */
  async close(): Promise<void> {
    if (this.#stream !== undefined && this.#written === this.#planned) this.#stream.end()
    await this.#output.flushed()
  }
}

/** Returns a duration in whole milliseconds, at least one: tap writes no zero. */
function durationOf(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds))
}

/** Returns a text for the line of a test point, where a brace at the end would begin a subtest. */
function pointText(text: string): string {
  return plainText(text).replace(/\{$/, String.raw`\x7b`)
}

/**
 * Returns the text of a subtest. It has a separate stream: tap would judge the parent by these points, but a program whose
 * points are all ok can end badly.
 */
function subtestOf(name: string, points: readonly TestPoint[], Minimal: typeof TapStream): string {
  const stream = newStream(Minimal, name)
  let text = ''
  stream.on('data', (chunk: string) => (text += chunk))
  stream.plan(points.length)
  for (const { ok, name: pointName, directive, reason = '', points: below } of points) {
    const description = pointText(pointName)
    if (below !== undefined && below.length > 0) text += subtestOf(description, below, Minimal)
    const why = pointText(reason) || true
    const extra = directive === 'SKIP' ? { skip: why } : directive === 'TODO' ? { todo: why } : {}
    if (ok) stream.pass(description, extra)
    else stream.fail(description, { at: null, ...extra })
  }
  stream.end()
  const body = text.replace(/^TAP version .*\n/, '').replaceAll(/^(?=.)/gm, '    ')
  return `# Subtest: ${name}\n${body}`
}
