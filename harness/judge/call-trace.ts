// The call trace of a splat as readable lines that can be decoded.
import type { Splat } from '../console/find-splats.ts'

const mostFrames = 40

/** Returns the functions of the trace, the innermost one first; the exact position of the processor begins with `RIP: `. */
export function callTrace({ trace }: Pick<Splat, 'trace'>): readonly string[] {
  return trace.slice(0, mostFrames).map(({ symbol, offset, size, module, isExact }) => {
    const place = offset === undefined ? symbol : `${symbol}+0x${offset.toString(16)}/0x${(size ?? 0).toString(16)}`
    return `${isExact === true ? 'RIP: ' : ''}${place}${module === undefined ? '' : ` [${module}]`}`
  })
}
