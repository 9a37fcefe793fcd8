// What a person sees: progress only on a terminal, one short last line always.
import { syncBuiltinESMExports } from 'node:module'
import { PassThrough } from 'node:stream'
import timers from 'node:timers'
import { test } from 'tap'
import type { RunEvent } from '../../../../harness/report/events.ts'
import { summary, terminalSink } from '../../../../harness/report/terminal/terminal.ts'

const verdicts = { PASS: 2, FAIL: 1, ERROR: 0, MISS: 0, SKIP: 1 }
const run: readonly RunEvent[] = [
  {
    type: 'run-started',
    time: '',
    version: 2,
    kernel: 'gmem-convert',
    dialect: 'convert-ioctl',
    suite: 'scenarios',
    tests: ['a', 'b'],
    isolation: 'vm',
  },
  { type: 'test-started', suite: 'scenarios', name: 'a', title: 'a' },
  { type: 'test-finished', suite: 'scenarios', name: 'a', title: 'a', verdict: 'PASS', milliseconds: 3 },
  { type: 'run-finished', milliseconds: 4321, verdicts },
]

async function shown(isTty: boolean, events: readonly RunEvent[] = run): Promise<string> {
  const output = new PassThrough()
  const sink = terminalSink(output, { isTty, directory: 'results/x' })
  for (const event of events) await sink.write(event)
  await sink.close()
  return String(output.read())
}

void test('in a file there is only the last line', async (t) => {
  t.equal(await shown(false), 'gmemtest: 1 failed, 2 passed, 1 skipped in 4.3 s; results/x\n')
})

void test('on a terminal the line of the running scenario is cleared again', async (t) => {
  const text = await shown(true)
  t.ok(text.includes('[1/2] a'))
  t.ok(text.includes('\r\u001b[K'))
})

void test('a test that is watched is told while an earlier one still holds its events back', async (t) => {
  const output = new PassThrough()
  const sink = terminalSink(output, { isTty: true, directory: 'results/x' })
  const [begin] = run
  if (begin !== undefined) await sink.write(begin)
  for (const name of ['a', 'b']) sink.watch?.({ type: 'test-started', suite: 'scenarios', name, title: '' })
  for (const event of run.slice(2, 3)) sink.watch?.(event)
  const text = String(output.read())
  t.match(text, '[0/2 ended] a 0:00, and 1 more')
  t.match(text, /\[1\/2 ended\] b 0:00$/)
  await sink.close()
})

void test('an instance for each scenario is nothing to speak of, a second try is', async (t) => {
  const vm: RunEvent = {
    type: 'vm-ready',
    accelerator: 'tcg',
    reason: '',
    profile: 'plain',
    origin: 'restored',
    milliseconds: 1,
  }
  const retried: RunEvent = {
    type: 'test-retried',
    suite: 'scenarios',
    name: 'a',
    reason: 'QEMU ended by SIGKILL',
  }
  const withInstances = run.flatMap((event): RunEvent[] => (event.type === 'test-started' ? [vm, vm, event] : [event]))
  t.equal(await shown(false, withInstances), `gmemtest: running 2 tests\n${await shown(false)}`)
  const events = run.flatMap((event): RunEvent[] => (event.type === 'test-finished' ? [retried, vm, event] : [event]))
  t.match(
    await shown(false, events),
    /^gmemtest: a: QEMU ended by SIGKILL; trying once more in a new instance\n[^]*gmemtest: 1 failed/,
  )
  t.ok((await shown(true, events)).includes('new instance\n\r\u001b[K[1/2] a'), 'progress goes on')
})

void test('a run without a scenario says so', (t) => {
  t.equal(summary({ PASS: 0, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }, false), 'no test finished')
  t.end()
})

void test('a log has no second line a minute while the kernel is built', async (t) => {
  const reminders: (() => void)[] = []
  const { setInterval } = timers
  const fake = (callback: () => void, pause: number): NodeJS.Timeout => {
    reminders.push(callback)
    return setInterval(() => undefined, pause)
  }
  Object.assign(timers, { setInterval: fake })
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(timers, { setInterval })
    syncBuiltinESMExports()
  })
  const output = new PassThrough()
  const sink = terminalSink(output, { isTty: false, directory: 'results/x' })
  for (const event of run.slice(0, 1)) await sink.write(event)
  for (const remind of reminders) remind()
  t.equal(output.read(), null)
  await sink.write({ type: 'kernel-ready', key: 'k', release: '6.12', cached: false, milliseconds: 1 })
  t.equal(String(output.read()), 'gmemtest: 6.12 is ready, booting\n', 'a line when it begins')
  for (const remind of reminders) remind()
  t.match(String(output.read()), /^gmemtest: 0:00 6\.12 is ready, booting\n$/, 'and one a minute')
  await sink.close()
})

void test('the end of a run tells how often repeated tests failed', async (t) => {
  const named = { type: 'test-finished', suite: 'scenarios', title: '', milliseconds: 1, repeats: 'a' } as const
  const events: RunEvent[] = [
    { ...named, name: 'a@1', verdict: 'PASS' },
    { ...named, name: 'a@2', verdict: 'FAIL' },
    { type: 'run-finished', milliseconds: 4321, verdicts },
  ]
  t.match(await shown(false, events), /^gmemtest: a failed in 1 of 2 runs: 9 to 91 %\ngmemtest: 1 failed/)
})
