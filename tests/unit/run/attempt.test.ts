// One scenario after the other in a machine: whose complaint it is.
import { test } from 'tap'
import type { Finding } from '../../../harness/console/find-splats.ts'
import { attempt } from '../../../harness/run/attempt.ts'
import type { Attempt } from '../../../harness/run/attempt.ts'
import { LeakWatch } from '../../../harness/oracle/leaks.ts'
import type { Machine } from '../../../harness/instance/instance.ts'
import { judge } from '../../../harness/judge/verdict.ts'
import { fakeMachine } from '../fixtures/run/fake-machine.ts'
import { fine, named } from '../fixtures/run/run.ts'
import type { Body } from '../fixtures/run/run.ts'

const { signal } = new AbortController()

interface Tried extends Attempt {
  readonly late: readonly Finding[]
}

/** Tries scenarios in one machine; `between` is called after each. */
async function tryAll(
  machine: Machine,
  bodies: readonly Body[],
  between: (index: number) => void,
): Promise<Tried[]> {
  const watch = await LeakWatch.begin(machine.agent, { without: new Set(), signal, timeFactor: 0.1 })
  const tried: Tried[] = []
  for (const [index, body] of bodies.entries()) {
    const late: Finding[] = []
    const result = await attempt(named(`number-${index}`, body), machine, {
      dialect: 'convert-ioctl',
      signal,
      watch,
      since: tried.at(-1)?.nextWindow ?? machine.console.mark(),
      isLast: () => false,
      onBegun: (findings) => void late.push(...findings),
    })
    tried.push({ ...result, late })
    between(index)
  }
  return tried
}

void test('a complaint after the end of a scenario is handed over when the next one begins, and is its own no more', async (t) => {
  const { machine, puppet } = await fakeMachine()
  await using open = machine
  const order: string[] = []
  const [first, second, third] = await tryAll(
    open,
    [fine, async () => void order.push('the second runs'), fine],
    (index) => {
      if (index === 0) puppet.say('[    2.0] BUG: Bad page state in process kworker')
    },
  )
  t.match(second?.late, [{ title: /bad page state/i }])
  t.match(second?.earlierComplaints, [{ title: /bad page state/i }])
  t.strictSame(second?.complaints, [])
  t.strictSame([first?.late, third?.late], [[], []])
  if (first === undefined || second === undefined) throw new Error('both were tried')
  t.match(judge({ ...first, complaints: second.late }), { verdict: 'FAIL', message: /bad page state/i })
  t.match(judge({ ...second, earlierComplaints: [] }), { verdict: 'PASS' })
})

void test('what the kernel says while the scenario runs is its own', async (t) => {
  const { machine, puppet } = await fakeMachine()
  await using open = machine
  const complaining: Body = async () => puppet.say('[    2.0] BUG: Bad page state in process agent')
  const [only] = await tryAll(open, [complaining], () => undefined)
  t.match(only, { late: [], earlierComplaints: [], complaints: [{ title: /bad page state/i }] })
})

void test('what the kernel says on the line of a marker counts', async (t) => {
  const { machine, puppet } = await fakeMachine()
  await using open = machine
  const torn =
    '[    2.000000] gmemtest: scenario number-0 ended[    2.000000] BUG: Bad page state in process agent'
  const [only] = await tryAll(open, [async () => puppet.say(torn)], () => undefined)
  t.match(only?.complaints, [{ title: /bad page state/i }])
})

void test('a console that shows nothing is noticed before anything runs', async (t) => {
  const { machine } = await fakeMachine({ echo: false })
  await using open = machine
  let hasRun = false
  const [only] = await tryAll(open, [async () => void (hasRun = true)], () => undefined)
  t.match(only?.thrown?.value, { code: 'CONSOLE_SILENT' })
  t.notOk(hasRun)
})
