// The results that a reader looks at first: what is new, what failed, and what else has changed.
import { linkTo, verdictMark, type Entry } from './entries.ts'
import { markup, nothing, type Markup } from './markup.ts'

/** The most results of a group that are listed; the list of all results has the others. */
const mostListed = 100

/** The groups, each of the changes against a baseline or of the failures without one. */
const groups: readonly { readonly heading: string; readonly text: string; readonly has: (entry: Entry) => boolean }[] =
  [
    {
      heading: 'New',
      text: 'The baseline does not have them: the run fails because of these.',
      has: ({ result }) => result.change === 'new',
    },
    {
      heading: 'Failed',
      text: 'The run fails because of these.',
      has: ({ result, isRed }) => isRed && result.change !== 'new',
    },
    { heading: 'Known', text: 'They fail as expected.', has: ({ result }) => is(result.change, 'known') },
    { heading: 'Flaky', text: 'They came and went before.', has: ({ result }) => is(result.change, 'flaky') },
    { heading: 'Fixed', text: 'They failed in the baseline.', has: ({ result }) => is(result.change, 'fixed') },
    {
      heading: 'Passed after a retry',
      text: 'Trouble of this computer ended their first try.',
      has: ({ result }) => result.verdict === 'PASS' && result.retried !== undefined,
    },
  ]

function is(change: string | undefined, wanted: string): boolean {
  return change === wanted
}

/** Returns the groups that have results; a sentence when none has. */
export function attention(entries: readonly Entry[]): Markup {
  const filled = groups.flatMap(({ heading, text, has }) => {
    const own = entries.filter(has)
    return own.length === 0 ? [] : [groupOf(heading, text, own)]
  })
  const isCompared = entries.some(({ result }) => result.change !== undefined)
  return markup`${filled.length === 0 ? markup`<p>Nothing failed.</p>` : filled}${
    isCompared
      ? nothing
      : markup`<p class="quiet">No result has a change against a baseline. <code>--baseline DIR</code> compares a run with an earlier one.</p>`
  }`
}

function groupOf(heading: string, text: string, own: readonly Entry[]): Markup {
  const items = own.slice(0, mostListed).map((entry) => {
    const { verdict, message = '', retried = '', title } = entry.result
    const why = verdict === 'PASS' ? retried || title : message
    return markup`<li>${verdictMark(verdict)}<div>${linkTo(entry)} <span>${why}</span></div></li>`
  })
  const rest = own.length - items.length
  return markup`<h3>${heading} <span class="count">${own.length}</span></h3><p class="quiet">${text}</p><ul class="group">${items}${
    rest === 0 ? nothing : markup`<li><a href="#results">and ${rest} more</a></li>`
  }</ul>`
}
