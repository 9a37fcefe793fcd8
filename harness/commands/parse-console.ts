// gmemtest parse LOG: what the kernel complains about in a log.
import { exitCodes } from '../project/errors.ts'
import { findComplaints } from '../health/findings.ts'
import type { CommandContext } from './context.ts'
import type { LogSource } from './log-file.ts'
import type { ParseOptions } from './parse.ts'

/** Prints what was found and answers with the exit code. */
export async function parseConsole(
  log: LogSource,
  options: ParseOptions,
  context: CommandContext,
): Promise<number> {
  let text = ''
  for await (const chunk of log.chunks) text += Buffer.from(chunk).toString()
  const findings = findComplaints(text.split(/\r?\n/))
  const lines = findings.map(({ kind, title }) => `${kind}: ${title}\n`)
  context.stdout.write(options.json === true ? `${JSON.stringify({ findings }, null, 2)}\n` : lines.join(''))
  return findings.length > 0 ? exitCodes.scenarioFailed : exitCodes.ok
}
