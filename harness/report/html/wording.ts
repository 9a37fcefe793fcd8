// Times, counts and verdicts in words.
import type { Verdict } from '../events.ts'

/** The verdicts in the order of their weight. */
export const verdictOrder: readonly Verdict[] = ['FAIL', 'ERROR', 'MISS', 'SKIP', 'PASS']

/** The words for several tests with a verdict. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  FAIL: 'failed',
  ERROR: 'had an error',
  MISS: 'did not run',
  SKIP: 'skipped',
  PASS: 'passed',
}

/** Returns milliseconds in words: `850 ms`, `3.2 s`, `2 min 52 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** Returns a time of ISO 8601 in words: `30 November 2026 at 10:26 UTC`; a text that is no time stays as it is. */
export function timeText(time: string): string {
  const milliseconds = Date.parse(time)
  return Number.isNaN(milliseconds) ? time : `${dates.format(milliseconds)} UTC`
}

/** Returns a count with its noun: `1 test`, `3 tests`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Returns the time of the day of a time of ISO 8601: `10:26:14 UTC`; a text that is no time stays as it is. */
export function clockText(time: string): string {
  const at = new Date(time)
  return Number.isNaN(at.getTime()) ? time : `${at.toISOString().slice(11, 19)} UTC`
}
