// Finds the splats in the console lines of one window.
import type { Splat } from './splat.ts'
import { ConsoleParser, type ParserOptions } from './console-parser.ts'

export type { Splat } from './splat.ts'

/** All of a long console at once would be copied several times. */
const linesAtOnce = 1000

/**
 * Finds the splats in these lines of a console, in their order. Every boot banner is one, unless `isRunning` is false.
 * @throws {InfraError} HEALTH_BLIND when the table is empty
 */
export function findSplats(
  lines: readonly string[],
  { isRunning = true, ...options }: Omit<ParserOptions, 'onSplat'> = {},
): Splat[] {
  const splats: Splat[] = []
  const parser = new ConsoleParser({ ...options, isRunning, onSplat: (splat) => splats.push(splat) })
  for (let start = 0; start < lines.length; start += linesAtOnce) {
    parser.write(`${lines.slice(start, start + linesAtOnce).join('\n')}\n`)
  }
  parser.end()
  return splats.toSorted((left, right) => left.start - right.start)
}
