// gmemtest parse --ktap LOG: the test results in a log of TAP or KTAP.
import { exitCodes, UsageError } from '../../base/errors.ts'
import { unwrapped } from '../../console/printk.ts'
import { readLog } from '../../ktap/read.ts'
import type { Counts, KtapReport, KtapTest, Problem } from '../../ktap/tree.ts'
import { plainText, visibleJson } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'
import type { LogSource } from './log-file.ts'

/** A larger log is refused: it is held in memory. */
const mostBytes = 256 * 1024 * 1024
/** A structured log has a line of the console within so many characters. */
const startBytes = 256 * 1024

/**
 * Prints the tests of a log with their results, as text or as one JSON object. The exit code is `ok` when no test failed or
 * crashed, and the log has no problems.
 * @throws {UsageError} LOG_EMPTY, LOG_BINARY, LOG_LARGE
 */
export async function parseKtap(
  log: LogSource,
  options: { readonly json?: true },
  context: CommandContext,
): Promise<number> {
  const report = readLog(unwrappedLog(await textOf(log)))
  context.stdout.write(options.json === true ? `${visibleJson(jsonOf(report))}\n` : `${linesOf(report).join('\n')}\n`)
  const { counts, problems } = report
  const isGood = counts.failed === 0 && counts.crashed === 0 && problems.length === 0
  return isGood ? exitCodes.ok : exitCodes.testFailed
}

async function textOf({ name, chunks }: LogSource): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > mostBytes) {
      throw new UsageError('LOG_LARGE', `${name} has more than ${mostBytes / 1024 / 1024} MiB`, {
        hint: 'give the part of the log that has the results, for example: grep -a -A 100000 "TAP version" FILE',
      })
    }
    parts.push(chunk)
  }
  return Buffer.concat(parts, size).toString()
}

/** Gives the text of the console in a structured log, such as LAVA's; any other log as it is. */
function unwrappedLog(text: string): string {
  const start = text.slice(0, startBytes)
  if (start.split('\n').every((line) => unwrapped(line) === undefined)) return text
  return text
    .split('\n')
    .map((line) => unwrapped(line) ?? line)
    .join('\n')
}

function jsonOf({ status, counts, skip, note, tests, problems }: KtapReport): string {
  return JSON.stringify({ status, counts, skip, note, tests, problems }, null, 2)
}

function linesOf(report: KtapReport): string[] {
  const skip = report.skip === undefined ? [] : [`skipped: ${plainText(report.skip)}`]
  return [
    ...report.tests.flatMap((test) => linesOfTest(test, 0)),
    ...report.problems.map(problemLine),
    ...skip,
    ...(report.note === undefined ? [] : [`note: ${plainText(report.note)}`]),
    countsLine(report.counts),
  ]
}

/** Formats a test as a line. The output that its runner has quoted is below it, marked with `#`. */
function linesOfTest(test: KtapTest, depth: number): string[] {
  const { name, status, directive, reason, tests, quoted = [] } = test
  const because = [directive, reason].filter((part) => part !== undefined && part !== '').join(' ')
  // A comment that is no directive, such as a duration, is no part of the name.
  const remark = because === '' ? '' : directive === undefined ? ` (${plainText(because)})` : ` # ${plainText(because)}`
  const text = plainText(name === '' ? '(no name)' : name)
  const line = `${'  '.repeat(depth)}${status.padEnd(7)} ${text}${remark}`
  const below = [
    ...tests.flatMap((child) => linesOfTest(child, depth + 1)),
    ...quoted.flatMap((child) => linesOfTest(child, 0).map((shown) => `${'  '.repeat(depth + 1)}# ${shown}`)),
  ]
  return [line, ...below]
}

function problemLine({ line, test, problem }: Problem): string {
  return `line ${line}: ${plainText(test === '' ? problem : `${test}: ${problem}`)}`
}

function countsLine({ passed, failed, crashed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${crashed} crashed, ${skipped} skipped`
}
