// The head of the page: the outcome in one sentence, the counts, and the facts about the run.
import type { Gathered } from '../gather.ts'
import type { Entry } from './entries.ts'
import { joined, markup, nothing, type Markup, type Part } from './markup.ts'
import { countText, durationText, timeText, verdictOrder, verdictWords } from './wording.ts'

/** The least width of a part of the bar, in percent: one failure of thousands must be seen. */
const leastWidth = 0.8

/** Returns the head of a run. */
export function summary(run: Gathered, entries: readonly Entry[]): Markup {
  const { suite, kernel, dialect, ready, vm, started, milliseconds, aborted } = run
  const facts: readonly (string | undefined)[] = [
    ready === undefined ? kernel : `${kernel} ${ready.release}`,
    dialect,
    vm?.accelerator,
    timeText(started),
    milliseconds === 0 ? undefined : durationText(milliseconds),
  ]
  const shown: Part[] = facts.filter((fact) => fact !== undefined)
  return markup`<p class="brand">gmemtest · ${suite}</p><h1>${headline(entries)}</h1><p class="facts">${joined(shown, '\u{a0}· ')}</p>${
    aborted === undefined ? nothing : markup`<p class="aborted"><strong>The run ended early:</strong> ${aborted}</p>`
  }${countBar(entries)}`
}

/** Returns the outcome in one sentence: what is new, or else what failed. */
function headline(entries: readonly Entry[]): string {
  const total = countText(entries.length, 'test')
  const fresh = entries.filter(({ result }) => result.change === 'new').length
  const red = entries.filter(({ isRed }) => isRed).length
  const skipped = entries.filter(({ result }) => result.verdict === 'SKIP').length
  if (entries.length === 0) return 'No test was chosen'
  if (fresh > 0) return `${countText(fresh, 'result')} of ${entries.length} ${fresh === 1 ? 'is' : 'are'} new`
  if (red > 0) return `${red} of ${total} did not pass`
  const known = entries.filter(({ result }) => result.verdict !== 'PASS' && result.verdict !== 'SKIP').length
  if (known > 0) return `Nothing new in ${total}; ${known} ${known === 1 ? 'fails' : 'fail'} as known`
  return skipped === 0 ? `All ${total} passed` : `${entries.length - skipped} of ${total} passed, ${skipped} skipped`
}

function countBar(entries: readonly Entry[]): Markup {
  const counts = verdictOrder.flatMap((verdict) => {
    const count = entries.filter(({ result }) => result.verdict === verdict).length
    return count === 0 ? [] : [{ verdict, count }]
  })
  if (counts.length === 0) return nothing
  const widths = counts.map(({ count }) => Math.max(leastWidth, (count / entries.length) * 100))
  const whole = widths.reduce((total, width) => total + width, 0)
  const offset = (index: number): number => widths.slice(0, index).reduce((total, width) => total + width, 0)
  const scaled = (value: number): string => ((value / whole) * 100).toFixed(2)
  const parts = counts.map(
    ({ verdict }, index) =>
      markup`<rect class="${verdict}" x="${scaled(offset(index))}" width="${scaled(widths[index] ?? 0)}" height="4"/>`,
  )
  const text = counts.map(({ verdict, count }) => `${count} ${verdictWords[verdict]}`).join(', ')
  const items = counts.map(
    ({ verdict, count }) =>
      markup`<li><b class="v ${verdict}"></b><a href="#results" data-filter="v" data-value="${verdict}">${count} ${verdictWords[verdict]}</a></li>`,
  )
  return markup`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="${text}">${parts}</svg><ul class="counts">${items}</ul>`
}
