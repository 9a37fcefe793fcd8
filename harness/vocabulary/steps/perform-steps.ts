// Many small operations on a file in one request, each compared with the model.
import type { Agent } from '../../agent/client.ts'
import type { PageLook } from '../../agent/access.ts'
import type { Request } from '../../agent/wire/operations.ts'
import { check } from '../check.ts'
import type { Model, Tag } from '../../model/reference-model.ts'
import { endOf } from '../../model/ranges.ts'
import { describeStep, wireStep, type Step } from './step.ts'

/** The file and its views. */
export interface StepPlace {
  readonly agent: Pick<Agent, 'steps'>
  readonly model: Model
  readonly place: Omit<Request<'steps'>, 'timeout'>
}

interface Look {
  readonly page: number
  readonly step: number
  readonly wanted: Tag | 'sigbus'
}

/** Does a step to the model, and returns what a look at each page must find. */
function follow(model: Model, step: Step): (Tag | 'sigbus')[] {
  const { range } = step
  if (step.does === 'convert') model.requireChange(step.to, [range])
  if ('to' in step) model.convert(step.to, range)
  if (step.does === 'host-fill') model.fillAsShared(range, step.tag)
  if (step.does === 'guest-fill') model.fill(range, step.tag)
  if (step.does === 'punch') model.free(range)
  if (step.does === 'allocate' || step.does === 'guest-look') model.allocate(range)
  if (step.does === 'host-look') model.hostLooked(range)
  if (step.does !== 'host-look' && step.does !== 'guest-look') return []
  const sees = (index: number): Tag | 'sigbus' =>
    step.does === 'host-look' ? model.hostSees(index) : model.guestSees(index)
  return Array.from({ length: range.count }, (_, position) => sees(range.first + position))
}

const mostOfHistory = 12

/** The last steps up to this one that touch a page, for messages. */
function historyOf(steps: readonly Step[], page: number, last: number): string {
  const touching = steps.slice(0, last + 1).filter(({ range }) => range.first <= page && page < endOf(range))
  return touching.slice(-mostOfHistory).map(describeStep).join('; ')
}

/** Does the steps; all must succeed, and each look must find what the model says. */
export async function performSteps({ agent, model, place }: StepPlace, steps: readonly Step[]): Promise<void> {
  const wanted: Look[] = steps.flatMap((step, index) =>
    follow(model, step).map((value, position) => ({ page: step.range.first + position, step: index, wanted: value })),
  )
  const { errno, done, looks } = await agent.steps.run(place, steps.map(wireStep))
  const failed = steps[done]
  if (failed !== undefined) {
    const history = historyOf(steps, failed.range.first, done)
    check.fail(`${describeStep(failed)}: wanted OK, found ${errno}, after: ${history}`, { wanted: 'OK', found: errno })
  }
  check.equal(looks.length, wanted.length, 'pages looked at')
  for (const [position, look] of wanted.entries()) {
    const found: PageLook | undefined = looks[position]
    if (found === look.wanted) continue
    const side = steps[look.step]?.does === 'host-look' ? 'host' : 'guest'
    const what = `${side} view of page ${look.page}: wanted ${look.wanted}, found ${found}`
    check.fail(`${what}, after: ${historyOf(steps, look.page, look.step)}`, { wanted: look.wanted, found })
  }
}
