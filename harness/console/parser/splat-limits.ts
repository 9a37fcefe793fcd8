// How far apart, in lines and seconds, two lines of one splat may be.
import type { Pattern, SplatKind } from '../pattern-table.ts'

/** How many splats of a log are read; more are a flood. */
export const mostSplats = 10_000
/** How many lines of splats are read in a log; more are a flood. */
export const mostSplatLines = 500_000
/** The most lines of a splat without an end. */
export const longestSplat = 2000
/** The most lines of any splat: the traces of hundreds of processors. */
export const mostLines = 20_000
/** The most frames of a trace; the stack of a task has room for a few hundred. */
export const mostFrames = 2000
/** The most lines between the two parts of a head, of which the second gives the place: arm64 explains the syndrome. */
const longestHead = 30
/** The head of a report about a slab has all bytes of the object. */
const longestSlabHead = 700
/** In seconds: a later line is not the trace of a splat that only a general row matches. */
export const longestUnknownPause = 0.5

/** A line that may stand alone has its dump right behind it. */
const longestLoneHead = 4
const longestGap = 120
const longestGaps: Partial<Record<SplatKind, number>> = {
  lockdep: 500,
  slab: longestSlabHead,
  'workqueue-lockup': 500,
  oom: 1000,
}
const longestUnknownGap = 12
const longestPause = 5
/** Other processors have ten seconds to answer with their traces, and long lists take their time on a serial line. */
const longestPauseOfMany = 30

/** The most lines of a splat before its dump begins. */
export function headLimit({ kind, hasTrace, cutFollows }: Pattern): number {
  if (kind === 'slab') return longestSlabHead
  return hasTrace || cutFollows !== true ? longestHead : longestLoneHead
}

/** The most lines between two lines that certainly belong to the splat. `isUnknown`: no dump has begun, and no row names it. */
export function gapLimit({ kind }: Pattern, isUnknown: boolean): number {
  return isUnknown ? longestUnknownGap : (longestGaps[kind] ?? longestGap)
}

/** In seconds: a line that comes later after the last line of a splat does not belong to it. */
export function pauseLimit({ end, kind }: Pattern): number {
  return end === 'traces' || kind in longestGaps ? longestPauseOfMany : longestPause
}
