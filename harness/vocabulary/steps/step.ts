// A small operation on a file, one of many in a request.
import type { Step as WireStep } from '../../agent/steps.ts'
import type { PageState, Tag } from '../../model/reference-model.ts'
import { describeRange, type PageRange } from '../../model/ranges.ts'

/** One operation of a file, as the words of the same names do it; a look compares the pages with the model. */
export type Step =
  | { readonly does: 'convert'; readonly to: PageState; readonly range: PageRange }
  | { readonly does: 'host-fill' | 'guest-fill'; readonly range: PageRange; readonly tag: Tag }
  | { readonly does: 'host-look' | 'guest-look' | 'punch' | 'allocate'; readonly range: PageRange }

/** Returns the step as the agent takes it. */
export function wireStep(step: Step): WireStep {
  const does = step.does === 'convert' ? (`to-${step.to}` as const) : step.does
  return { does, first: step.range.first, count: step.range.count, value: 'tag' in step ? step.tag : 0 }
}

/** Describes a step for messages: `convert page 3 to private`. */
export function describeStep(step: Step): string {
  const to = step.does === 'convert' ? ` to ${step.to}` : ''
  const tag = 'tag' in step ? ` with ${step.tag}` : ''
  return `${step.does} ${describeRange(step.range)}${to}${tag}`
}
