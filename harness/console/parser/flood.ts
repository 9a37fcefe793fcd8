// The splat that stands for those of a flood, which are not read.
import { fingerprintOf, type Splat } from '../splat.ts'

const title = 'flood of splats'

/**
 * Makes the splat of a flood. No allowance covers it, since any splat may be in the rest of the log.
 * @param limit what there is more of than is read: `10000 splats`
 * @param line the number of the last line that was read
 */
export function floodOf(limit: string, line: number, scenario: string | undefined): Splat {
  return {
    kind: 'flood',
    title,
    said: `more than ${limit}: the rest of the log is not read`,
    task: {},
    trace: [],
    fingerprint: fingerprintOf('flood', title, []),
    start: line,
    end: line + 1,
    corrupted: 'further splats are not listed',
    isMixed: true,
    ...(scenario === undefined ? {} : { scenario }),
    lines: [],
  }
}
