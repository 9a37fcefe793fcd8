// No expression takes more than linear time: each part of each head is repeated, in a line as long as a line can be.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { patterns } from '../../../../harness/console/pattern-table.ts'
import { goldenLines } from '../fixtures/golden.ts'
import { parseLine } from '../../../../harness/console/printk.ts'

const length = 6000
const longestPart = 3
const mostTokens = 20
/** Milliseconds of the processor: linear expressions take less than a tenth of this, quadratic ones several times as much. */
const milliseconds = 8
const attempts = 5

/** Repeats each part of a line: of one to a few words, blanks or marks. */
function pumped(line: string): string[] {
  const tokens = line.match(/\w+|\s+|[^\w\s]/g)?.slice(0, mostTokens) ?? []
  return tokens.flatMap((_, start) =>
    Array.from({ length: Math.min(longestPart, tokens.length - start) }, (__, more) => {
      const part = tokens.slice(start, start + more + 1).join('')
      const rest = tokens.slice(start + more + 1).join('')
      return `${tokens.slice(0, start).join('')}${part.repeat(Math.ceil(length / part.length))}${rest}!`
    }),
  )
}

function isSlow(line: string): boolean {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const begin = process.cpuUsage()
    findSplats([line, ` ${line}`])
    const { user, system } = process.cpuUsage(begin)
    if ((user + system) / 1000 < milliseconds) return false
  }
  return true
}

for (const { name, begin } of patterns) {
  void test(name, (t) => {
    const heads = goldenLines(name).filter((line) => begin.test(parseLine(line).text))
    const lines = heads.slice(0, 1).flatMap((line) => [line, parseLine(line).text])
    t.ok(lines.length > 0)
    t.strictSame(
      lines
        .flatMap(pumped)
        .filter(isSlow)
        .map((line) => line.slice(0, 100)),
      [],
    )
    t.end()
  })
}
