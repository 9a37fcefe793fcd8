// The command line: finds the verb, loads only that verb, and turns every failure into one clear message and an exit code.
import { exitCodes } from './base/errors.ts'
import { endUncaught } from './commands/ending/end-uncaught.ts'

process.on('uncaughtException', endUncaught)
// A reader that closes the pipe, as in `gmemtest list | head`, is no failure, and after the loss of a terminal SIGHUP decides
// how the run ends. A full disk is a failure, but the run goes on: its other reports are still good.
for (const [name, stream] of [
  ['output', process.stdout],
  ['error', process.stderr],
] as const) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return
    process.exitCode ||= exitCodes.couldNotRun
    if (name === 'output') process.stderr.write(`gmemtest: cannot write to the standard output: ${error.message}\n`)
  })
}
// A scenario can end the process, or leave nothing to wait for. A run without an end is no success.
let isOver = false
process.on('exit', (code) => {
  if (isOver || code === exitCodes.couldNotRun) return
  process.stderr.write(
    'gmemtest: the process ended before its work did\n  hint: remove process.exit from the scenarios\n',
  )
  process.exitCode = exitCodes.couldNotRun
})
const { main } = await import('./commands/main.ts')
const exitCode = await main(process.argv.slice(2))
process.exitCode = exitCode === exitCodes.ok ? process.exitCode : exitCode
isOver = true
// Loaded late, when something is open: most runs end at once. What a slow reader, such as a pager, has not read yet is no
// leftover.
process.stdout.write('', () =>
  process.stderr.write('', () =>
    setTimeout(
      () => void import('./commands/ending/linger.ts').then(({ endLingering }) => endLingering()),
      1000,
    ).unref(),
  ),
)
