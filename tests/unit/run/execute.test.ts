// One scenario after the other in an instance: whose splat it is.
import { Patience } from '../../../harness/base/patience.ts'
import { test } from 'tap'
import type { Splat } from '../../../harness/console/find-splats.ts'
import { execute } from '../../../harness/run/execute.ts'
import { splatReader } from '../../../harness/console/read-splats.ts'
import type { Attempt } from '../../../harness/judge/attempt.ts'
import { LeakWatch } from '../../../harness/oracle/leaks.ts'
import type { Instance } from '../../../harness/instance/instance.ts'
import { judge } from '../../../harness/judge/verdict.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'
import { fine, named, type Body } from '../fixtures/run/run.ts'

const { signal } = new AbortController()
const facts = { kernel: 'fake', expectSkips: [] }

interface Tried extends Attempt {
  readonly late: readonly Splat[]
}

/** Tries scenarios in one instance; `between` is called after each. */
async function tryAll(instance: Instance, bodies: readonly Body[], between: (index: number) => void): Promise<Tried[]> {
  const watch = await LeakWatch.begin(instance.agent, {
    without: new Set(),
    signal,
    patience: new Patience(0.1),
  })
  const tried: Tried[] = []
  for (const [index, body] of bodies.entries()) {
    const late: Splat[] = []
    const result = await execute(named(`number-${index}`, body), instance, {
      read: splatReader([], '2026-11-29'),
      signal,
      available: new Set(),
      watch,
      since: tried.at(-1)?.nextWindow ?? instance.console.mark(),
      isLast: () => false,
      onBegun: async ({ splats }) => void late.push(...splats),
    })
    tried.push({ ...result, late })
    between(index)
  }
  return tried
}

void test('a splat after the end of a scenario is handed over when the next one begins, and is its own no more', async (t) => {
  const { instance, puppet } = await fakeInstance()
  await using open = instance
  const order: string[] = []
  const [first, second, third] = await tryAll(
    open,
    [fine, async () => void order.push('the second runs'), fine],
    (index) => {
      if (index === 0) puppet.say('[    2.0] BUG: Bad page state in process kworker')
    },
  )
  t.match(second?.late, [{ title: /bad page state/i }])
  t.match(second?.earlier.splats, [{ title: /bad page state/i }])
  t.strictSame(second?.splats, [])
  t.strictSame([first?.late, third?.late], [[], []])
  if (first === undefined || second === undefined) throw new Error('both were tried')
  t.match(judge({ ...first, splats: second.late }, 'first', facts), {
    verdict: 'FAIL',
    message: /bad page state/i,
  })
  t.match(judge({ ...second, earlier: { splats: [], allowed: [] } }, 'second', facts), { verdict: 'PASS' })
})

void test('what the kernel says while the scenario runs is its own', async (t) => {
  const { instance, puppet } = await fakeInstance()
  await using open = instance
  const complaining: Body = async () => puppet.say('[    2.0] BUG: Bad page state in process agent')
  const [only] = await tryAll(open, [complaining], () => undefined)
  t.match(only, { late: [], earlier: { splats: [] }, splats: [{ title: /bad page state/i }] })
})

void test('what the kernel says on the line of a marker counts', async (t) => {
  const { instance, puppet } = await fakeInstance()
  await using open = instance
  const torn = '[    2.000000] gmemtest: scenario number-0 ended[    2.000000] BUG: Bad page state in process agent'
  const [only] = await tryAll(open, [async () => puppet.say(torn)], () => undefined)
  t.match(only?.splats, [{ title: /bad page state/i }])
})

void test('a console that shows nothing is noticed before anything runs', async (t) => {
  const { instance } = await fakeInstance({ echo: false })
  await using open = instance
  let hasRun = false
  const [only] = await tryAll(open, [async () => void (hasRun = true)], () => undefined)
  t.match(only?.thrown?.value, { code: 'CONSOLE_SILENT' })
  t.notOk(hasRun)
})
