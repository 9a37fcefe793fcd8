// Random programs, by fast-check's model-based commands: each step is possible in the state that the model has then.
import {
  asyncModelRun,
  boolean,
  commands,
  constant,
  constantFrom,
  nat,
  oneof,
  record,
  tuple,
  type Arbitrary,
  type AsyncCommand,
} from 'fast-check'
import { pageStates } from '../../../uapi/constants.ts'
import { hugePageBytes } from '../../../base/huge-page-sizes.ts'
import { pageSize as smallPage } from '../../../base/units.ts'
import type { Plan } from '../program/plan.ts'
import { mostCalls, tryPlan, type Program } from '../program/fuzz-program.ts'
import { begin } from '../program/setup.ts'
import type { PageSize, Shape, Subject, World } from '../program/world.ts'
import { stepKinds } from '../step-kinds.ts'
import type { Draft, Step } from '../steps/step-kind.ts'

/** Files have few pages, so that the steps of a program meet at the same ones. */
const smallPages = 24
/** Programs do not grow without end by going on from each other. */
const mostKeptSteps = 16
/** The number of huge pages of a file. */
const hugePages = { '2M': 3, '1G': 1 } as const

/** The second half begins so many pages before an offset at which a number overflows. */
const pagesBefore = 4
/** Offsets in bytes; the last one is that of an index of 32 bits. */
const edges = [2 ** 31, 2 ** 32, 2 ** 43, 2 ** 44] as const
/** Most files have no gap, and none has after it was shrunk, if it does not matter. */
const gaps = oneof(
  { arbitrary: constant(0), weight: 3 },
  { arbitrary: constantFrom(...edges).map((edge) => edge / smallPage - pagesBefore - smallPages / 2), weight: 1 },
)

/** Returns the number of 4K pages of a file of this size of pages. */
function pagesOf(size: PageSize): number {
  return size === '4K' ? smallPages : (hugePages[size] * hugePageBytes[size]) / smallPage
}

/** The program that a walk over commands makes. */
interface Walk {
  readonly steps: Step[]
  readonly plan: Plan
}

/** A command that fast-check may leave out, or make smaller, when it shrinks: the first of its steps that is possible. */
class StepCommand implements AsyncCommand<World, Walk> {
  readonly #drafts: readonly Draft<Step>[]
  #step: Step | undefined

  constructor(drafts: readonly Draft<Step>[]) {
    this.#drafts = drafts
  }

  check(world: Readonly<World>): boolean {
    this.#step = this.#drafts.map((draft) => draft(world)).find((step) => step.check(world))
    return this.#step !== undefined
  }

  async run(world: World, { steps, plan }: Walk): Promise<void> {
    if (this.#step === undefined) return
    steps.push(this.#step)
    this.#step.act(world, plan)
  }

  toString(): string {
    return this.#step?.text ?? 'a step'
  }
}

type Commands = Iterable<AsyncCommand<World, Walk>>

/** The steps of an earlier program with which a sequence begins. */
interface Origin {
  readonly continues: boolean
  /** The program, of those that were kept. */
  readonly program: number
  /** How many of its steps, and which one of them is left out. */
  readonly steps: number
  readonly without: number
}

const noOrigin: Origin = { continues: false, program: 0, steps: 0, without: 0 }

/** Half of the sequences go on from an earlier program. A step behind the end leaves nothing out. */
const origins: Arbitrary<Origin> = record({
  continues: boolean(),
  program: nat(),
  steps: nat(),
  without: nat(mostKeptSteps),
})

/** A program that fast-check has generated, before its commands have met the model. */
export type Sequence = readonly [initially: Shape['initially'], gap: number, drawn: Commands, origin: Origin]

/** How often steps are chosen, by their names, where that shall not be their own weight. */
export type Weights = ReadonlyMap<string, number>

/** Generates sequences of at most `most` steps, some of which go on from earlier programs if `isSteered`. */
export function sequences(
  pageSize: PageSize,
  most: number,
  {
    weights = new Map(),
    isSteered = false,
  }: { readonly weights?: Weights | undefined; readonly isSteered?: boolean } = {},
): Arbitrary<Sequence> {
  const shape = { pageSize, pages: pagesOf(pageSize), initially: 'shared' } as const
  const kinds = stepKinds.map(({ name, weight, arbitrary }) => ({
    weight: weights.get(name) ?? weight,
    arbitrary: arbitrary(shape),
  }))
  const step = tuple(oneof(...kinds), oneof(...kinds)).map((drafts) => new StepCommand(drafts))
  const gap = pageSize === '4K' ? gaps : constant(0)
  const drawn = commands([step], { maxCommands: most, size: 'max' })
  return tuple(constantFrom(...pageStates), gap, drawn, isSteered ? origins : constant(noOrigin))
}

/** Returns the part of an earlier program with which a sequence begins; undefined for a sequence of its own. */
function beginningOf({ continues, program, steps, without }: Origin, kept: readonly Program[]): Program | undefined {
  const earlier = continues ? kept[program % kept.length] : undefined
  if (earlier === undefined) return undefined
  const count = Math.min(1 + (steps % Math.max(earlier.steps.length, 1)), mostKeptSteps)
  return { ...earlier, steps: earlier.steps.slice(0, count).filter((_, index) => index !== without) }
}

/**
 * Lets the commands meet the model, and returns the steps that are possible, as far as they fit into one message. `kept`: the
 * programs from which a sequence may go on.
 */
export async function programOf(
  [initially, gap, drawn, origin]: Sequence,
  pageSize: PageSize,
  subject: Subject,
  kept: readonly Program[] = [],
): Promise<Program> {
  const own = { pageSize, pages: pagesOf(pageSize), initially, ...(gap === 0 ? {} : { gap }) }
  const { shape, steps: first } = beginningOf(origin, kept) ?? { shape: own, steps: [] }
  const { plan, world } = begin(shape, subject)
  const steps: Step[] = []
  for (const step of first) {
    if (!step.check(world)) continue
    steps.push(step)
    step.act(world, plan)
  }
  await asyncModelRun(() => ({ model: world, real: { steps, plan } }), drawn)
  // A program is one message: the last steps of a long one are left out. Its end needs fewer operations than the other half.
  while (plan.length > mostCalls / 2 && tryPlan({ shape, steps }, subject) === undefined) steps.pop()
  return { shape, steps }
}
