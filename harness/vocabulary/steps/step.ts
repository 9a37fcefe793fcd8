// A small operation on a file, one of many in a request.
import type { Step as WireStep } from '../../agent/steps.ts'
import type { PageState, Tag } from '../../model/reference-model.ts'
import { describeRange, type PageRange } from '../../model/ranges.ts'

/** One operation of a file, as the words of the same names do it; a look compares the pages with the model. */
export type Step =
  /** As `convert` and `ensure` of a file: a conversion must change a page by the model, the other one need not. */
  | { readonly does: 'convert' | 'ensure'; readonly to: PageState; readonly range: PageRange }
  | { readonly does: 'host-fill' | 'guest-fill'; readonly range: PageRange; readonly tag: Tag }
  | { readonly does: 'host-look' | 'guest-look' | 'punch' | 'allocate'; readonly range: PageRange }

/** Returns the step as the agent takes it. */
export function wireStep(step: Step): WireStep {
  const does = 'to' in step ? (`to-${step.to}` as const) : step.does
  return { does, first: step.range.first, count: step.range.count, value: 'tag' in step ? step.tag : 0 }
}

/** Describes a step for messages: `convert page 3 to private`. */
export function describeStep(step: Step): string {
  const to = 'to' in step ? ` to ${step.to}` : ''
  const tag = 'tag' in step ? ` with ${step.tag}` : ''
  return `${step.does} ${describeRange(step.range)}${to}${tag}`
}
