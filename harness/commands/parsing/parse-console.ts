// gmemtest parse LOG: the splats in a log.
import path from 'node:path'
import type { Allowance } from '../../kernel/definition/allowances.ts'
import { exitCodes, messageOf, UsageError } from '../../base/errors.ts'
import { dayOf, expiryNotes, sift, type Sifted } from '../../console/sift.ts'
import type { Splat } from '../../console/splat.ts'
import { plural } from '../../base/plural.ts'
import { readTextFile } from '../../base/read-text-file.ts'
import { visibleText } from '../../base/visible-text.ts'
import { visibleJson } from '../../report/plain.ts'
import { ConsoleParser } from '../../console/console-parser.ts'
import { ResultsFinder } from '../../ktap/results-finder.ts'
import type { CommandContext } from '../command-context.ts'
import type { LogSource } from './log-file.ts'

/** The options of `gmemtest parse`. */
export interface ParseOptions {
  readonly json?: true
  readonly ktap?: true
  readonly vmlinux?: string
  readonly allow?: string
}

/** Only so many splats are listed; the rest are counted. */
const mostListed = 1000

interface Read {
  readonly splats: Splat[]
  readonly lines: number
  /** Whether any line had a prefix of the kernel. */
  readonly isStamped: boolean
  readonly hasResults: boolean
}

/** Prints the splats of a log and gives the exit code. */
export async function parseConsole(log: LogSource, options: ParseOptions, context: CommandContext): Promise<number> {
  const today = dayOf(new Date())
  const allowances = await allowancesOf(options)
  for (const note of expiryNotes(allowances, today)) context.stderr.write(`gmemtest: ${visibleText(note)}\n`)
  const read = await readLog(log)
  if (!read.isStamped) {
    const doubt = 'no line has a prefix of the kernel, such as a time stamp: this may not be a kernel log'
    context.stderr.write(`gmemtest: ${visibleText(log.name)}: ${doubt}\n`)
  }
  const splats = await symbolized(read.splats, options, context)
  const sifted = sift(splats, allowances, today)
  const listed = listedOf(sifted)
  const text = options.json === true ? visibleJson(asJson(listed, read)) : visibleText(asText(log.name, listed, read))
  context.stdout.write(text)
  if (sifted.counted.length === 0 && read.hasResults) {
    context.stderr.write(`gmemtest: ${visibleText(log.name)} has test results: --ktap reads them\n`)
  }
  return sifted.counted.length > 0 ? exitCodes.testFailed : exitCodes.ok
}

async function allowancesOf({ allow }: ParseOptions): Promise<readonly Allowance[]> {
  if (allow === undefined) return []
  const text = await readTextFile(allow, 'a list of allowances').catch((cause: unknown) => {
    if (cause instanceof UsageError) throw cause
    throw new UsageError('ALLOW_MISSING', `cannot read ${allow}: ${messageOf(cause)}`, { cause })
  })
  const { parseAllowances } = await import('../../kernel/definition/allowances.ts')
  return parseAllowances(path.resolve(allow), text)
}

async function readLog(log: LogSource): Promise<Read> {
  const splats: Splat[] = []
  // The parser bounds their number. The clone and the missing lines keep no other part of the log in memory.
  const onSplat = (splat: Splat): void => void splats.push(structuredClone({ ...splat, lines: [] }))
  const parser = new ConsoleParser({ onSplat })
  const results = new ResultsFinder()
  for await (const chunk of log.chunks) {
    parser.write(chunk)
    results.write(chunk)
  }
  parser.end()
  const { lines, isStamped } = parser
  const sorted = splats.toSorted((left, right) => left.start - right.start)
  return { splats: sorted, lines, isStamped, hasResults: results.isFound }
}

interface Listed extends Sifted {
  /** How many more splats count. */
  readonly omitted: number
}

/** Chooses the splats to list. The last one is among them: it may tell that the log was not read to its end. */
function listedOf(sifted: Sifted): Listed {
  const { counted } = sifted
  const omitted = Math.max(0, counted.length - mostListed)
  return { ...sifted, counted: counted.toSpliced(mostListed - 1, omitted), omitted }
}

async function symbolized(
  splats: readonly Splat[],
  { vmlinux }: ParseOptions,
  { signal, stderr }: CommandContext,
): Promise<readonly Splat[]> {
  if (vmlinux === undefined) return splats
  const { symbolizeSplats } = await import('../../console/symbolize.ts')
  const result = await symbolizeSplats(splats, { vmlinux, signal })
  if (result.trouble !== undefined)
    stderr.write(visibleText(`gmemtest: ${vmlinux} gives no lines: ${result.trouble}\n`))
  return result.symbolized
}

function asJson({ counted, allowed, omitted }: Listed, { lines }: Read): string {
  const known = allowed.map(({ splat, allowance }) => ({ ...shown(splat), allowedBy: allowance }))
  return `${JSON.stringify({ findings: counted.map(shown), allowed: known, omitted, lines }, null, 2)}\n`
}

function shown(splat: Splat): Record<string, unknown> {
  const { kind, title, frame = null, said, task, fingerprint, start, end, corrupted = false, scenario = null } = splat
  const { trace } = splat
  return { kind, title, frame, said, task, fingerprint, start, end, corrupted, scenario, trace }
}

function asText(name: string, { counted, allowed, withheld, omitted }: Listed, { lines }: Read): string {
  const known = allowed.map(
    ({ splat, allowance: { expires, reason } }) =>
      `${name}:${splat.start + 1}: allowed until ${expires}: ${splat.title} (${reason})\n`,
  )
  const none = known.length === 0 ? 'no splat' : 'no other splat'
  const splats =
    counted.length + omitted === 0
      ? [`${name}: ${none} in ${plural(lines, 'line')}\n`]
      : counted.map((splat) => `${described(name, splat, withheld)}\n`)
  const more = omitted === 0 ? [] : [`and ${omitted} more\n`]
  const gap = known.length > 0 && counted.length > 0 ? ['\n'] : []
  return [...known, ...gap, ...splats, ...more].join('')
}

/** Describes a splat. Lines are counted from 1 here, as in editors. */
function described(name: string, splat: Splat, withheld: Sifted['withheld']): string {
  const { kind, title, start, end, scenario, corrupted, fingerprint, said } = splat
  const facts = [
    ...(said === title ? [] : [said]),
    [...taskOf(splat), ...(scenario === undefined ? [] : [`in scenario ${scenario}`])].join(', '),
    ...(corrupted === undefined ? [] : [`corrupted: ${corrupted}`]),
    ...withheld
      .filter((known) => known.splat === splat)
      .map(({ allowance }) => `not allowed by '${allowance.match}': another splat may be hidden in it`),
    `${end - start === 1 ? `line ${end}` : `lines ${start + 1} to ${end}`}, fingerprint ${fingerprint}`,
  ]
  return [
    `${name}:${start + 1}: ${kind}: ${title}`,
    ...facts.filter((fact) => fact !== '').map((fact) => `  ${fact}`),
    ...splat.trace.map((frame) => `    ${frameText(frame)}`),
    '',
  ].join('\n')
}

function taskOf({ task: { comm, pid, cpu } }: Splat): string[] {
  const task = comm === undefined ? undefined : `task ${comm}${pid === undefined ? '' : `/${pid}`}`
  return [...(task === undefined ? [] : [task]), ...(cpu === undefined ? [] : [`CPU ${cpu}`])]
}

function frameText({ symbol, offset, size, module, location, isInlined }: Splat['trace'][number]): string {
  const place = offset === undefined ? symbol : `${symbol}+0x${offset.toString(16)}/0x${(size ?? 0).toString(16)}`
  return [
    place,
    ...(module === undefined ? [] : [`[${module}]`]),
    ...(location === undefined ? [] : [location]),
    ...(isInlined === true ? ['(inlined)'] : []),
  ].join(' ')
}
