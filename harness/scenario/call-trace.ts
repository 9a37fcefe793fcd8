// The functions in the call trace of a complaint, as the kernel printed them.
import type { Finding } from '../health/findings.ts'

const mostFrames = 40
/** A place in the kernel; the unwinder marks those with a question mark that it only found on the stack. */
const place = /(\? )?\b([A-Za-z_][\w.$]*\+0x[0-9a-f]+\/0x[0-9a-f]+)/

/** The places in the kernel that a complaint names, in its order: the innermost function comes first. */
export function callTrace({ lines }: Pick<Finding, 'lines'>): readonly string[] {
  return lines
    .flatMap((line) => {
      const [, doubt, name] = place.exec(line) ?? []
      return name === undefined || doubt !== undefined ? [] : [name]
    })
    .slice(0, mostFrames)
}
