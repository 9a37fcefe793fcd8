// Reads a document of TAP or KTAP: a header begins a parent, and the result with the name of the parent ends it.
import { Cursor, type Classified } from './cursor.ts'
import { draft, finished, isResultOf, type Draft } from './draft.ts'
import type { LogLine } from './extract.ts'
import type { Numbering } from './line.ts'
import { totalsProblem } from './totals.ts'
import { isFailure, statusOf, summarised, type KtapReport, type KtapTest, type Problem } from './tree.ts'

// A larger plan is a mistake, and each test without a result takes memory.
const largestPlan = 100_000
const deepestNesting = 100
// How many surplus results a problem names.
const mostNames = 5

/** Reads one document, to the end of its lines. */
export function readDocument(lines: readonly LogLine[], numbering: Numbering): KtapReport {
  return new Reader(lines, numbering, 0).document()
}

class Reader {
  readonly #lines: readonly LogLine[]
  readonly #numbering: Numbering
  readonly #cursor: Cursor
  readonly #depth: number
  readonly #problems: Problem[] = []
  readonly #path: string[] = []

  constructor(lines: readonly LogLine[], numbering: Numbering, depth: number) {
    this.#lines = lines
    this.#numbering = numbering
    this.#cursor = new Cursor(lines, numbering)
    this.#depth = depth
  }

  document(): KtapReport {
    const streams = [this.#stream()]
    while (this.#cursor.current !== undefined) streams.push(this.#stream())
    const tests = streams.flatMap((stream) => stream.tests)
    const planned = streams.every((stream) => stream.planned !== undefined)
      ? streams.reduce((sum, stream) => sum + (stream.planned ?? 0), 0)
      : undefined
    const skip = streams.find((stream) => stream.skip !== undefined)?.skip
    const { counts } = summarised(tests.length === 0 ? 'empty' : 'crashed', tests)
    return {
      status: statusOf(counts),
      counts,
      tests,
      ...(planned === undefined ? {} : { planned }),
      ...(skip === undefined ? {} : { skip }),
      problems: this.#problems.toSorted((left, right) => left.line - right.line),
    }
  }

  /** Takes the output of one program: to the end, or to the version line of the next program. */
  #stream(): Draft {
    const begin = this.#cursor.position
    const main = draft(this.#text())
    const line = this.#cursor.lineNumber
    const begun = this.#version()
    main.log.push(...this.#text())
    this.#plan(main)
    this.#subtests(main, (next) => this.#beginsStream(next))
    this.#surplus(main)
    const { tests, planned, skip } = main
    const isPlanned = begun || planned !== undefined
    if (isPlanned && tests.length === 0 && skip === undefined) this.#report(line, 'no test has run')
    const mismatch = totalsProblem(this.#lines.slice(begin, this.#cursor.position), tests)
    if (mismatch !== undefined) this.#report(mismatch.line, mismatch.problem)
    return main
  }

  /** Whether another program begins with this line: in KTAP, all version lines after the first one are subtests. */
  #beginsStream({ parsed, text }: Classified): boolean {
    return this.#numbering === 'optional' && parsed.kind === 'version' && !/^\s/.test(text)
  }

  #report(line: number, problem: string): void {
    this.#problems.push({ line, test: this.#path.filter((name) => name !== '').join(' > '), problem })
  }

  /** Takes lines that are no KTAP. */
  #text(): LogLine[] {
    const taken: LogLine[] = []
    for (let { current } = this.#cursor; current !== undefined; current = this.#cursor.current) {
      if (current.parsed.kind === 'bail-out') {
        this.#report(current.number, `Bail out! ${current.parsed.reason}`.trimEnd())
      } else if (this.#isTooDeep(current)) {
        this.#report(current.number, `a header ${deepestNesting} levels deep, which is left out`)
      } else if (current.parsed.kind !== 'text') break
      taken.push({ number: current.number, text: current.text })
      this.#cursor.advance()
    }
    return taken
  }

  #isTooDeep({ parsed }: Classified): boolean {
    const isHeader = parsed.kind === 'version' || parsed.kind === 'subtest'
    return isHeader && this.#depth + this.#path.length >= deepestNesting
  }

  /** Takes a version line, if there is one. */
  #version(): boolean {
    const line = this.#cursor.current
    if (line?.parsed.kind !== 'version') return false
    const { protocol, version } = line.parsed
    const isKnown = protocol === 'KTAP' ? version === 1 : version >= 12 && version <= 14
    if (!isKnown) this.#report(line.number, `there is no known ${protocol} version ${version}`)
    this.#cursor.advance()
    return true
  }

  /** Takes the plan, if there is one. */
  #plan(of: Draft): void {
    const line = this.#cursor.current
    if (line?.parsed.kind !== 'plan') return
    const { count, skip } = line.parsed
    if (count > largestPlan) {
      this.#report(line.number, `a plan of ${count} tests is ignored: at most ${largestPlan} are supported`)
    } else of.planned = count
    if (skip !== undefined) of.skip = skip
    if (count < of.tests.length) this.#report(line.number, `${count} planned, but ${of.tests.length} tests`)
    this.#cursor.advance()
  }

  #subtests(parent: Draft, endsIt: (line: Classified) => boolean): void {
    const { tests } = parent
    while (parent.planned === undefined || tests.length < parent.planned) {
      const log = this.#text()
      const { current } = this.#cursor
      const isPlan = current?.parsed.kind === 'plan'
      if (isPlan && this.#planBetweenTests(parent, current)) {
        parent.log.push(...log)
        continue
      }
      if (current === undefined || isPlan || endsIt(current)) {
        if (isPlan) this.#report(current.number, 'a plan where a test should be')
        if (parent.planned === undefined) parent.log.push(...log)
        else this.#missing(parent, parent.planned, log)
        return
      }
      tests.push(this.#test(tests.length + 1, log))
    }
  }

  /** Takes a plan that comes late, or leaves out a second one; false when a plan ends the subtests. */
  #planBetweenTests(parent: Draft, line: Classified): boolean {
    if (parent.planned === undefined) {
      this.#plan(parent)
      return true
    }
    if (parent.tests.length > 0 || this.#numbering === 'required') return false
    this.#report(line.number, 'a second plan, which is left out')
    this.#cursor.advance()
    return true
  }

  /** Adds tests without a result, as many as the plan has more. */
  #missing(parent: Draft, planned: number, log: readonly LogLine[]): void {
    const missing = planned - parent.tests.length
    const have = missing === 1 ? 'has' : 'have'
    this.#report(this.#cursor.lineNumber, `${missing} of ${counted(planned, 'planned test')} ${have} no result`)
    for (let count = 0; count < missing; count += 1) {
      parent.tests.push(finished(draft(count === 0 ? log : [])))
    }
  }

  #test(expected: number, log: readonly LogLine[]): KtapTest {
    const test = draft(log)
    const begin = this.#cursor.lineNumber
    const hasVersion = this.#version()
    const header = this.#cursor.current
    if (header?.parsed.kind === 'subtest') {
      test.name = header.parsed.name
      this.#cursor.advance()
    }
    const { name } = test
    const isParent = hasVersion || header?.parsed.kind === 'subtest'
    this.#path.push(name)
    if (isParent) {
      test.log.push(...this.#text())
      this.#plan(test)
      this.#subtests(test, (line) => name !== '' && isResultOf(line, name))
    }
    test.log.push(...this.#text())
    this.#result(test, expected)
    if (isParent && test.tests.length === 0) this.#empty(test, begin)
    const quoted = isParent ? undefined : this.#quoted(test)
    const complete = finished(test, quoted?.tests)
    this.#contradictions(complete, test.result)
    this.#path.pop()
    return complete
  }

  /** Takes the result of a test, if it is the next line. */
  #result(test: Draft, expected: number): void {
    const line = this.#cursor.current
    if (line?.parsed.kind !== 'result' || (test.name !== '' && !isResultOf(line, test.name))) {
      this.#report(this.#cursor.lineNumber, 'it has no result')
      return
    }
    const { parsed } = line
    this.#cursor.advance()
    test.result = { ...parsed, line: line.number }
    test.name = parsed.name
    this.#path[this.#path.length - 1] = test.name
    test.said = parsed.directive === 'SKIP' ? 'skipped' : parsed.ok ? 'passed' : 'failed'
    if (parsed.number !== undefined && parsed.number !== expected) {
      this.#report(line.number, `it has number ${parsed.number}, and should have ${expected}`)
    }
  }

  /** Handles a parent without subtests: its own result counts only if it is bad. */
  #empty(test: Draft, line: number): void {
    if (test.said !== 'crashed' && test.said !== 'passed') return
    test.said = 'empty'
    if (test.skip === undefined) this.#report(line, 'no test has run')
  }

  /** Reads the output that the runner of a program has put behind `# `, if there are results in it. */
  #quoted({ log }: Draft): KtapReport | undefined {
    const quoted = log
      .filter(({ text }) => /^\s*#/.test(text))
      .map(({ number, text }) => ({ number, text: text.replace(/^\s*# ?/, '') }))
    if (!quoted.some(({ text }) => /^\s*(?:not ok|ok|1\.\.\d)/.test(text))) return undefined
    const depth = this.#depth + this.#path.length
    if (depth >= deepestNesting) return undefined
    const report = new Reader(quoted, 'required', depth).document()
    for (const { line, test, problem } of report.problems) {
      this.#path.push(test)
      this.#report(line, problem)
      this.#path.pop()
    }
    return report
  }

  /** Reports a result that its subtests or its directive contradict. */
  #contradictions(test: KtapTest, result: Draft['result']): void {
    if (result?.ok !== true) return
    const { line, directive } = result
    const failures = [...test.tests, ...(test.quoted ?? [])].filter(isFailure).length
    if (failures > 0) this.#report(line, `it says ok, but ${failures} of its subtests did not pass`)
    if (directive === 'TIMEOUT' || directive === 'ERROR') {
      this.#report(line, `it says ok, but also ${directive}`)
    }
  }

  /** Reports the results after the last planned test, up to the next stream. */
  #surplus({ planned = 0 }: Draft): void {
    const names: string[] = []
    let first = this.#cursor.lineNumber
    for (;;) {
      this.#text()
      const line = this.#cursor.current
      if (line === undefined || this.#beginsStream(line)) break
      this.#cursor.advance()
      if (line.parsed.kind !== 'result') continue
      if (names.length === 0) first = line.number
      names.push(line.parsed.name || '(no name)')
    }
    if (names.length === 0) return
    const results = `${counted(names.length, 'result')} after the ${counted(planned, 'planned test')}`
    const more = names.length > mostNames ? ', …' : ''
    const which = `${names.slice(0, mostNames).join(', ')}${more}`
    this.#report(first, `${results}, which ${names.length === 1 ? 'is' : 'are'} not counted: ${which}`)
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
