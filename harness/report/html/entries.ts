// The results as the page lists them: each with the id that a link to it has.
import { isRed } from '../meaning/change.ts'
import type { Result } from '../gather.ts'
import { markup, type Markup } from './markup.ts'

/** A result with its place in the page. */
export interface Entry {
  readonly result: Result
  /** The id of its element, which a link has behind `#`: the same in each report unless two names differ in odd characters. */
  readonly id: string
  /** The result makes the run fail. */
  readonly isRed: boolean
}

/** Gives each result its place. */
export function entriesOf(results: readonly Result[]): Entry[] {
  const counts = new Map<string, number>()
  return results.map((result) => {
    const stem = `t-${result.name.replaceAll(/[^\w.:-]/g, '_')}`
    const count = (counts.get(stem) ?? 0) + 1
    counts.set(stem, count)
    return { result, id: count === 1 ? stem : `${stem}~${count}`, isRed: isRed(result) }
  })
}

/** Returns a link to the page of a test. */
export function linkTo({ id, result }: Entry): Markup {
  return markup`<a href="#${id}">${result.name}</a>`
}

/** Returns the element that shows a verdict: the word itself, so that no reader needs its colour. */
export function verdictMark(verdict: Result['verdict']): Markup {
  return markup`<b class="v ${verdict}">${verdict}</b>`
}
