// A kind of step: how it is generated, when the rules say how it ends, and what it does to the model and asks of the agent.
import type { Arbitrary } from 'fast-check'
import type { z } from 'zod'
import type { Capability } from '../../../catalogue/capabilities.ts'
import type { Plan } from '../program/plan.ts'
import type { Shape, World } from '../program/world.ts'

/** Makes the arguments of a step for the state that the program has reached. */
export type Draft<Args> = (world: World) => Args

/** The definition of a kind of step, one in each file of this folder. */
interface StepSpec<Args extends object> {
  readonly name: string
  /** How often it is chosen among the others. */
  readonly weight: number
  /** What the kernel must have for it, or for those arguments that `of` names. */
  readonly needs?: { readonly capability: Capability; readonly of?: (args: Args) => boolean }
  /** The form of its arguments in a file. */
  readonly fields: z.ZodType<Args>
  /** Generates its arguments. Smaller ones come first when fast-check shrinks. */
  readonly arbitrary: (shape: Shape) => Arbitrary<Draft<Args>>
  /** Tells whether the rules say how it ends in this state. */
  readonly check: (args: Args, world: World) => boolean
  /** Applies it to the model, and adds its operations to the plan with the ends that the model expects. */
  readonly act: (args: Args, world: World, plan: Plan) => void
  readonly describe: (args: Args) => string
}

/** A step with its arguments. */
export interface Step {
  readonly name: string
  readonly args: object
  readonly text: string
  /** What the kernel must have for it. */
  readonly needs?: Capability
  readonly check: (world: World) => boolean
  readonly act: (world: World, plan: Plan) => void
}

/** A kind of step with arguments of any type. */
export interface StepKind {
  readonly name: string
  readonly weight: number
  /** What the kernel must have for it, or for some of its arguments. */
  readonly needs?: Capability
  readonly arbitrary: (shape: Shape) => Arbitrary<Draft<Step>>
  /** Reads the arguments from a file. */
  readonly schema: z.ZodType<Step>
}

/** Makes a kind of step of its definition. */
export function stepKind<Args extends object>(spec: StepSpec<Args>): StepKind {
  const { needs } = spec
  const bind = (args: Args): Step => {
    const isNeeded = needs !== undefined && (needs.of?.(args) ?? true)
    return {
      name: spec.name,
      args,
      text: spec.describe(args),
      ...(isNeeded ? { needs: needs.capability } : {}),
      check: (world) => (!isNeeded || world.subject.available.has(needs.capability)) && spec.check(args, world),
      act: (world, plan) => spec.act(args, world, plan),
    }
  }
  return {
    name: spec.name,
    weight: spec.weight,
    ...(needs === undefined ? {} : { needs: needs.capability }),
    arbitrary: (shape) => spec.arbitrary(shape).map((draft) => (world: World) => bind(draft(world))),
    schema: spec.fields.transform(bind),
  }
}
