// gmemtest parse LOG: what the kernel complains about in a log.
import { exitCodes } from '../project/errors.ts'
import type { Finding } from '../health/finding.ts'
import { ConsoleParser } from '../health/parser.ts'
import type { CommandContext } from './context.ts'
import type { LogSource } from './log-file.ts'
import type { ParseOptions } from './parse.ts'

/** So many complaints are kept; of a flood, only the number is told. */
const mostFindings = 1000

interface Read {
  readonly findings: Finding[]
  /** How many there were beyond those. */
  readonly omitted: number
  readonly lines: number
  /** Whether any line had the time stamp of a kernel. */
  readonly isStamped: boolean
}

/** Prints what was found and answers with the exit code. */
export async function parseConsole(
  log: LogSource,
  options: ParseOptions,
  context: CommandContext,
): Promise<number> {
  const read = await readLog(log)
  if (!read.isStamped) {
    const doubt = 'no line has a time stamp of printk, so this may not be the log of a kernel'
    context.stderr.write(`gmemtest: ${log.name}: ${doubt}\n`)
  }
  const findings = await decoded(read.findings, options, context)
  const text = options.json === true ? asJson(findings, read) : asText(log.name, findings, read)
  context.stdout.write(text)
  return findings.length > 0 ? exitCodes.scenarioFailed : exitCodes.ok
}

async function readLog(log: LogSource): Promise<Read> {
  const findings: Finding[] = []
  let omitted = 0
  const parser = new ConsoleParser({
    onFinding: (finding) => {
      if (findings.length < mostFindings) findings.push(finding)
      else omitted += 1
    },
  })
  for await (const chunk of log.chunks) parser.write(chunk)
  parser.end()
  const { lines, isStamped } = parser
  return { findings: findings.toSorted((left, right) => left.start - right.start), omitted, lines, isStamped }
}

async function decoded(
  findings: readonly Finding[],
  { vmlinux }: ParseOptions,
  { signal, stderr }: CommandContext,
): Promise<readonly Finding[]> {
  if (vmlinux === undefined) return findings
  const { decodeTraces } = await import('../health/symbols.ts')
  const result = await decodeTraces(findings, { vmlinux, signal })
  if (result.trouble !== undefined) stderr.write(`gmemtest: ${vmlinux} gives no lines: ${result.trouble}\n`)
  return result.findings
}

function asJson(findings: readonly Finding[], { omitted, lines }: Read): string {
  const shown = findings.map((finding) => ({
    kind: finding.kind,
    title: finding.title,
    frame: finding.frame ?? null,
    said: finding.said,
    task: finding.task,
    fingerprint: finding.fingerprint,
    start: finding.start,
    end: finding.end,
    corrupted: finding.corrupted ?? false,
    scenario: finding.scenario ?? null,
    trace: finding.trace,
  }))
  return `${JSON.stringify({ findings: shown, omitted, lines }, null, 2)}\n`
}

function asText(name: string, findings: readonly Finding[], { omitted, lines }: Read): string {
  if (findings.length === 0) return `${name}: the kernel complains about nothing in ${lines} lines\n`
  const more = omitted === 0 ? '' : `and ${omitted} more\n`
  return findings.map((finding) => `${described(name, finding)}\n`).join('') + more
}

/** Lines are counted from 1 here, as editors do. */
function described(name: string, finding: Finding): string {
  const { kind, title, start, end, scenario, corrupted, fingerprint, said } = finding
  const facts = [
    ...(said === title ? [] : [said]),
    [...whose(finding), ...(scenario === undefined ? [] : [`in scenario ${scenario}`])].join(', '),
    ...(corrupted === undefined ? [] : [`corrupted: ${corrupted}`]),
    `lines ${start + 1} to ${end}, fingerprint ${fingerprint}`,
  ]
  return [
    `${name}:${start + 1}: ${kind}: ${title}`,
    ...facts.filter((fact) => fact !== '').map((fact) => `  ${fact}`),
    ...finding.trace.map((frame) => `    ${frameText(frame)}`),
    '',
  ].join('\n')
}

function whose({ task: { comm, pid, cpu } }: Finding): string[] {
  const task = comm === undefined ? undefined : `task ${comm}${pid === undefined ? '' : `/${pid}`}`
  return [...(task === undefined ? [] : [task]), ...(cpu === undefined ? [] : [`CPU ${cpu}`])]
}

function frameText({ symbol, offset, size, module, location, isInlined }: Finding['trace'][number]): string {
  const place =
    offset === undefined ? symbol : `${symbol}+0x${offset.toString(16)}/0x${(size ?? 0).toString(16)}`
  return [
    place,
    ...(module === undefined ? [] : [`[${module}]`]),
    ...(location === undefined ? [] : [location]),
    ...(isInlined === true ? ['(inlined)'] : []),
  ].join(' ')
}
