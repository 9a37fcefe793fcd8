// A program: a file, and the steps that are done with it.
import { UsageError } from '../../../base/errors.ts'
import type { Step } from '../steps/step-kind.ts'
import { addCheckpoint } from './checkpoint.ts'
import type { Plan } from './plan.ts'
import { begin } from './setup.ts'
import type { Shape, Subject } from './world.ts'

export interface Program {
  readonly shape: Shape
  readonly steps: readonly Step[]
}

/** The operations of one message (MAXIMUM_CALLS in guest-images/agent/inner_calls.h). */
export const mostCalls = 256

/**
 * Plans a program for a kernel of a dialect.
 * @throws {UsageError} STEP_IMPOSSIBLE for a step whose end the rules do not say in the state that it meets,
 * PROGRAM_TOO_LONG
 */
export function planOf({ shape, steps }: Program, subject: Subject): Plan {
  const { plan, world } = begin(shape, subject)
  for (const [index, step] of steps.entries()) {
    if (!step.check(world)) {
      throw new UsageError(
        'STEP_IMPOSSIBLE',
        `step ${index + 1} (${step.text}) cannot be done after the steps before it`,
        {
          hint: 'remove the step, or correct the range or the object that it names',
        },
      )
    }
    plan.label({ step: step.name, where: `step ${index + 1} of ${steps.length}, ${step.text}` })
    step.act(world, plan)
  }
  addCheckpoint(world, plan)
  if (plan.length > mostCalls) {
    const message = `the program needs ${plan.length} operations of the agent, which does at most ${mostCalls} at once`
    throw new UsageError('PROGRAM_TOO_LONG', message, { hint: 'leave some of its steps out' })
  }
  return plan
}

/** Returns the plan of a program, or undefined when one of its steps cannot be done: a step before it is missing. */
export function tryPlan(program: Program, subject: Subject): Plan | undefined {
  try {
    return planOf(program, subject)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** Describes a program, one line a step. */
export function linesOf({ shape, steps }: Program): string[] {
  const { gap = 0 } = shape
  const far = gap === 0 ? '' : `, a gap of ${gap} pages in the middle`
  const file = `a file of ${shape.pages} pages, ${shape.pageSize}, initially ${shape.initially}${far}`
  return [file, ...steps.map(({ text }, index) => `${index + 1}. ${text}`)]
}
