// The report as HTML with the source: genhtml of lcov draws it.
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { findExecutable } from '../../process/executable.ts'
import { run } from '../../process/run-program.ts'

const drawMilliseconds = 300_000

/**
 * Draws a tracefile whose paths begin at `sources`, into the directory `html`.
 * @throws {InfraError} GENHTML_MISSING, GENHTML_FAILED
 */
export async function drawHtml(
  place: { readonly tracefile: string; readonly sources: string; readonly html: string },
  title: string,
  signal: AbortSignal,
): Promise<void> {
  const { tracefile, sources, html } = place
  if (findExecutable('genhtml') === undefined) {
    throw new InfraError('GENHTML_MISSING', 'there is no HTML with the source: genhtml is not installed', {
      hint: `apt-get install lcov; then: cd ${path.relative('.', sources) || '.'} && genhtml --output ${html} ${tracefile}`,
    })
  }
  const words = [
    '--quiet',
    '--no-function-coverage',
    '--legend',
    '--title',
    title,
    '--output-directory',
    html,
    tracefile,
  ]
  const result = await run('genhtml', words, { signal, timeout: drawMilliseconds, cwd: sources })
  if (result.exitCode === 0) return
  throw new InfraError('GENHTML_FAILED', 'genhtml cannot draw the coverage', {
    tail: result.stderr
      .split('\n')
      .filter((line) => line !== '')
      .slice(-5),
    hint: `try it by hand: ${result.command}`,
  })
}
