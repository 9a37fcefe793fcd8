// The call trace of a complaint in lines that can be read, and decoded.
import type { Splat } from '../console/find-splats.ts'

const mostFrames = 40

/** The functions of the trace, the innermost one first; where the processor was begins with `RIP: `, as the kernel writes it. */
export function callTrace({ trace }: Pick<Splat, 'trace'>): readonly string[] {
  return trace.slice(0, mostFrames).map(({ symbol, offset, size, module, isExact }) => {
    const place =
      offset === undefined ? symbol : `${symbol}+0x${offset.toString(16)}/0x${(size ?? 0).toString(16)}`
    return `${isExact === true ? 'RIP: ' : ''}${place}${module === undefined ? '' : ` [${module}]`}`
  })
}
