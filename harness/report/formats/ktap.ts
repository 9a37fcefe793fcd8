// KTAP 1, as the kernel's tools/testing/kunit/kunit_parser.py reads it: names without #, diagnostics before their result,
// and counts of the tests that have no subtests.
import { expectedPoints, expectedReason, isExpected, isRed } from '../meaning/change.ts'
import type { TestPoint } from '../events.ts'
import { detailLines } from '../details.ts'
import { Gathering, type Result } from '../gather.ts'
import { Output } from '../output.ts'
import type { SinkFactory } from '../sinks.ts'

/** Writes KTAP: a result for each test as soon as it is known, and one for each planned test without a result. */
export const ktapSink: SinkFactory = (stream) => {
  const output = new Output(stream)
  const gathering = new Gathering()
  let isHeaded = false
  let written = 0
  function writeNew(results: readonly Result[]): void {
    for (const result of results.slice(written)) {
      written += 1
      output.write(
        linesOf(result, written)
          .map((line) => `${line}\n`)
          .join(''),
      )
    }
  }
  return {
    async write(event) {
      output.check()
      await gathering.add(event)
      if (!isHeaded) output.write(`KTAP version 1\n1..${gathering.planned}\n`)
      isHeaded = true
      writeNew(gathering.results)
    },
    async close() {
      output.check()
      const run = gathering.finish()
      if (run !== undefined) {
        writeNew(run.results)
        if (run.aborted !== undefined) output.write(`# ${diagnostic(`the run ended early: ${run.aborted}`)}\n`)
      }
      await output.flushed()
    },
  }
}

function linesOf(result: Result, number: number): string[] {
  const { verdict, points = [] } = result
  const name = nameOf(result.name)
  const expected = isExpected(result) ? expectedReason(result) : undefined
  const isOk = !isRed(result)
  const directives = {
    PASS: '',
    FAIL: '',
    ERROR: ' # ERROR',
    MISS: ' # ERROR not run',
    SKIP: isOk ? ` # SKIP ${textOf(result.message ?? '')}` : '',
  }
  const directive = expected === undefined ? directives[verdict] : ` # XFAIL ${textOf(expected)}`
  const details = isOk ? [] : detailLines({ ...result, points: [] })
  return [
    ...subtestLines(name, withOwn(expected === undefined ? points : expectedPoints(points, expected), isOk)),
    ...details.map((line) => `# ${diagnostic(line)}`),
    `${isOk ? 'ok' : 'not ok'} ${number} ${name}${directive}`.trimEnd(),
  ]
}

/** Adds a point for the program itself when it failed although its points are ok: the parser counts points alone. */
function withOwn(points: readonly TestPoint[], isOk: boolean): readonly TestPoint[] {
  const isExplained = points.some(({ ok, directive }) => !ok && directive === undefined)
  return points.length === 0 || isOk || isExplained ? points : [...points, { ok: false, name: 'the program itself' }]
}

function subtestLines(name: string, points: readonly TestPoint[]): string[] {
  if (points.length === 0) return []
  const lines = points.flatMap((point, index) => {
    const { ok, directive, reason = '', points: below = [] } = point
    const own = nameOf(point.name)
    // The parser takes a result with the name of its parent for the result of the parent.
    const unique = own === name ? `${own}_` : own
    // XFAIL is the word of KTAP for a failure that was expected.
    const note = directive === undefined ? '' : ` # ${directive === 'TODO' ? 'XFAIL' : directive} ${textOf(reason)}`
    const isOk = ok || directive !== undefined
    return [...subtestLines(unique, below), `${isOk ? 'ok' : 'not ok'} ${index + 1} ${unique}${note}`.trimEnd()]
  })
  return ['KTAP version 1', `# Subtest: ${name}`, `1..${points.length}`, ...lines].map((line) => `  ${line}`)
}

/** Lines with these words end the log for the parser, wherever they stand. */
const endings = /List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted/g

/** Returns a text that does not end the log. */
function diagnostic(line: string): string {
  return line.replaceAll(endings, (words) => words.replace(':', ';'))
}

/** Returns a text without #, which ends a description. */
function textOf(text: string): string {
  return diagnostic(text).replaceAll('#', '_').trim()
}

/** Returns a name that all readers take as it is: some take a backslash for an escape, and others do not. */
function nameOf(text: string): string {
  return textOf(text.replaceAll('\\', '/')).replace(/^(?:- ?)+/, '') || 'unnamed'
}
