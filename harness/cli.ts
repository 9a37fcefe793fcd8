// The command line: finds the verb, loads only that verb, and turns every failure into one clear message and an exit code.
import { exitCodes } from './base/errors.ts'

// What nobody caught is a bug of ours or of a scenario (a missing await), never a verdict on the kernel.
process.on('uncaughtException', (error: unknown) => {
  const text = error instanceof Error ? error.stack : String(error)
  process.stderr.write(`gmemtest: a bug of gmemtest or of a scenario (is an await missing?): ${text}\n`)
  process.exit(exitCodes.couldNotRun)
})
// `gmemtest list | head`: that somebody reads no further is no failure. A full disk is one, but the run goes on: its
// other reports are still good.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  process.stderr.write(`gmemtest: cannot write to the standard output: ${error.message}\n`)
  process.exitCode ||= exitCodes.couldNotRun
})
const { main } = await import('./commands/main.ts')
const exitCode = await main(process.argv.slice(2))
process.exitCode = exitCode === exitCodes.ok ? process.exitCode : exitCode
