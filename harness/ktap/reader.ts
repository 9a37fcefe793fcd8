// Reads a document of TAP or KTAP: a header begins a parent, and the result with the name of the parent ends it.
import { plural } from '../base/plural.ts'
import { Cursor, type Classified } from './cursor.ts'
import { contradictionsIn } from './contradictions.ts'
import { append, draft, finished, isResultOf, saidBy, type Draft } from './draft.ts'
import { Levels } from './levels.ts'
import { deepestNesting, deepestQuote, largestPlan, mostMissing, type Depth, type Grammar } from './grammar.ts'
import type { LogLine } from './log-lines.ts'
import { Problems } from './problems.ts'
import { quotedIn } from './quotes.ts'
import { Surplus } from './surplus.ts'
import { totalsProblem } from './totals.ts'
import { statusOf, summarised, type KtapReport, type KtapTest, type Status } from './tree.ts'

/** Reads one document, to the end of its lines. */
export function readDocument(lines: readonly LogLine[], grammar: Grammar): KtapReport {
  return new Reader(lines, grammar, { nesting: 0, quotes: 0 }).document()
}

class Reader {
  readonly #lines: readonly LogLine[]
  readonly #grammar: Grammar
  readonly #cursor: Cursor
  readonly #levels: Levels
  readonly #depth: Depth
  readonly #problems = new Problems()
  #protocol: Grammar['protocol']
  #hasBailedOut = false
  /** Whether any result that is not counted is a failure. */
  #hasOtherFailure = false
  #missingListed = 0

  constructor(lines: readonly LogLine[], grammar: Grammar, depth: Depth) {
    this.#lines = lines
    this.#grammar = grammar
    this.#cursor = new Cursor(lines, grammar.numbering)
    this.#levels = new Levels(lines)
    this.#depth = depth
    this.#protocol = grammar.protocol
  }

  document(): KtapReport {
    const streams = [this.#stream(this.#grammar.isHeadless)]
    while (this.#cursor.current !== undefined) streams.push(this.#stream(false))
    const tests = streams.flatMap((stream) => stream.tests)
    const planned = streams.every((stream) => stream.planned !== undefined)
      ? streams.reduce((sum, stream) => sum + (stream.planned ?? 0), 0)
      : undefined
    const skip = streams.find((stream) => stream.skip !== undefined)?.skip
    const { counts } = summarised(tests.length === 0 ? 'empty' : 'crashed', tests)
    return {
      status: this.#statusWith(statusOf(counts)),
      counts,
      tests,
      ...(planned === undefined ? {} : { planned }),
      ...(skip === undefined ? {} : { skip }),
      problems: this.#problems.inOrder(),
    }
  }

  /** Gives the status of the document by that of its tests. */
  #statusWith(status: Status): Status {
    if (this.#hasBailedOut) return 'crashed'
    return this.#hasOtherFailure && status !== 'crashed' ? 'failed' : status
  }

  /** Takes the output of one program: to the end, or to the version line of the next program. */
  #stream(isHeadless: boolean): Draft {
    const begin = this.#cursor.position
    const main = draft(this.#text(), isHeadless ? undefined : 0)
    const line = this.#cursor.lineNumber
    this.#levels.begin(isHeadless ? undefined : this.#cursor.current)
    const begun = !isHeadless && this.#version()
    append(main, this.#text())
    this.#plan(main)
    this.#subtests(main, (next) => this.#beginsStream(next))
    this.#surplus(main)
    this.#levels.end()
    const { tests, planned, skip } = main
    const isPlanned = begun || planned !== undefined
    if (isPlanned && tests.length === 0 && skip === undefined) this.#report(line, 'no test has run')
    const mismatch = totalsProblem(this.#lines.slice(begin, this.#cursor.position), tests)
    if (mismatch !== undefined) this.#report(mismatch.line, mismatch.problem)
    return main
  }

  /** Whether another program begins with this line, although the plan of the present one is not fulfilled. */
  #beginsStream(line: Classified): boolean {
    if (line.parsed.kind !== 'version' || /^\s/.test(line.text)) return false
    // Without indentation, version lines of KTAP are those of subtests.
    return this.#grammar.numbering === 'optional' || this.#grammar.isHeadless || this.#levels.isIndented
  }

  #report(line: number, problem: string): void {
    this.#problems.report(line, problem)
  }

  /** Takes lines that are no KTAP. */
  #text(): LogLine[] {
    const taken: LogLine[] = []
    for (let { current } = this.#cursor; current !== undefined; current = this.#cursor.current) {
      if (current.parsed.kind === 'bail-out') {
        this.#hasBailedOut = true
        this.#report(current.number, `Bail out! ${current.parsed.reason}`.trimEnd())
      } else if (current.parsed.kind === 'broken') {
        this.#hasOtherFailure = true
        this.#report(
          current.number,
          'a line that begins with "not ok" is no result: it has no number, or # in its name',
        )
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
    return isHeader && this.#depth.nesting + this.#problems.depth >= deepestNesting
  }

  /** Takes a version line, if there is one. */
  #version(): boolean {
    const line = this.#cursor.current
    if (line?.parsed.kind !== 'version') return false
    const { protocol, version } = line.parsed
    const isKnown = protocol === 'KTAP' ? version === 1 : version >= 12 && version <= 14
    if (!isKnown) this.#report(line.number, `there is no known ${protocol} version ${version}`)
    this.#protocol = protocol
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
      const bare = this.#bareLevel(current)
      const isPlan = current?.parsed.kind === 'plan' && bare === undefined
      const isOver = current === undefined || endsIt(current) || this.#levels.isEndedBy(current)
      if (isPlan && !isOver && this.#planBetweenTests(parent, current)) {
        append(parent, log)
        continue
      }
      if (isOver || isPlan) {
        if (isPlan && !isOver) this.#report(current.number, 'a plan where a test should be')
        if (parent.planned === undefined) append(parent, log)
        else this.#missing(parent, parent.planned, log)
        return
      }
      tests.push(this.#test(parent, log, bare))
    }
  }

  /** Gives the indentation of a subtest that begins here without a header. */
  #bareLevel(line: Classified | undefined): number | undefined {
    const isTooDeep = this.#depth.nesting + this.#problems.depth >= deepestNesting
    if (line === undefined || isTooDeep) return undefined
    return this.#levels.bareLevel(line, this.#cursor.position, this.#grammar.isHeadless)
  }

  /** Takes a plan that comes late, or leaves out a second one; false when a plan ends the subtests. */
  #planBetweenTests(parent: Draft, line: Classified): boolean {
    if (parent.planned === undefined) {
      this.#plan(parent)
      return true
    }
    if (parent.tests.length > 0 || this.#grammar.numbering === 'required') return false
    this.#report(line.number, 'a second plan, which is left out')
    this.#cursor.advance()
    return true
  }

  /** Adds tests without a result, as many as the plan has more. */
  #missing(parent: Draft, planned: number, log: readonly LogLine[]): void {
    const missing = planned - parent.tests.length
    const have = missing === 1 ? 'has' : 'have'
    this.#report(this.#cursor.lineNumber, `${missing} of ${plural(planned, 'planned test')} ${have} no result`)
    const listed = Math.max(1, Math.min(missing, mostMissing - this.#missingListed))
    this.#missingListed += listed
    for (let count = 0; count < listed; count += 1) {
      parent.tests.push(finished(draft(count === 0 ? log : [])))
    }
  }

  /** Takes a test; `bare` is the indentation of one that has no header. */
  #test(parent: Draft, log: readonly LogLine[], bare: number | undefined): KtapTest {
    const isBare = bare !== undefined
    const test = draft(log, isBare && this.#grammar.isHeadless ? undefined : 0)
    const begin = this.#cursor.lineNumber
    const protocol = this.#protocol
    if (isBare) this.#levels.beginBare(bare)
    else this.#levels.begin(this.#cursor.current)
    const hasVersion = !isBare && this.#version()
    if (hasVersion) append(test, this.#text())
    const header = isBare ? undefined : this.#cursor.current
    if (header?.parsed.kind === 'subtest') {
      test.name = header.parsed.name
      this.#cursor.advance()
    }
    const isParent = isBare || hasVersion || header?.parsed.kind === 'subtest'
    this.#problems.enter(test.name)
    if (isParent) {
      append(test, this.#text())
      this.#plan(test)
      this.#subtests(test, (line) =>
        isBare ? this.#levels.isOutside(line) : test.name !== '' && isResultOf(line, test.name),
      )
    }
    this.#levels.end()
    append(test, this.#text())
    this.#protocol = protocol
    this.#result(test, parent)
    if (isParent && test.tests.length === 0) this.#empty(test, begin)
    const quoted = isParent ? undefined : this.#quoted(test)
    const complete = finished(test, quoted?.tests)
    for (const { line, problem } of contradictionsIn(complete, test.result)) this.#report(line, problem)
    this.#problems.leave()
    return complete
  }

  /** Takes the result of a test, if it is the next line. */
  #result(test: Draft, parent: Draft): void {
    const line = this.#cursor.current
    if (line?.parsed.kind !== 'result' || (test.name !== '' && !isResultOf(line, test.name))) {
      this.#report(this.#cursor.lineNumber, 'it has no result')
      return
    }
    const { parsed } = line
    this.#cursor.advance()
    test.result = { ...parsed, line: line.number }
    test.name = parsed.name
    this.#problems.rename(test.name)
    test.said = saidBy(parsed, this.#protocol)
    if (parsed.number === undefined) return
    parent.offset ??= parsed.number - parent.tests.length - 1
    const expected = parent.tests.length + 1 + parent.offset
    if (parsed.number !== expected) {
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
    const quoted = quotedIn(log)
    if (quoted === undefined) return undefined
    const depth = { nesting: this.#depth.nesting + this.#problems.depth, quotes: this.#depth.quotes + 1 }
    if (depth.nesting >= deepestNesting || depth.quotes > deepestQuote) {
      this.#report(quoted.lines[0]?.number ?? 1, `results in quotes ${deepestQuote} levels deep, which are left out`)
      return undefined
    }
    const grammar = { numbering: quoted.numbering, protocol: 'TAP', isHeadless: false } as const
    const report = new Reader(quoted.lines, grammar, depth).document()
    for (const { line, test, problem } of report.problems) {
      this.#problems.enter(test)
      this.#report(line, problem)
      this.#problems.leave()
    }
    return report
  }

  /** Reports the results after the last planned test, up to the next stream. */
  #surplus({ planned = 0 }: Draft): void {
    const surplus = new Surplus()
    for (;;) {
      this.#text()
      const line = this.#cursor.current
      if (line === undefined || (line.parsed.kind === 'version' && !this.#levels.isInside(line))) break
      surplus.add(line)
      this.#cursor.advance()
    }
    const found = surplus.problem(planned)
    if (found !== undefined) this.#report(found.line, found.problem)
    if (surplus.hasFailure) this.#hasOtherFailure = true
  }
}
