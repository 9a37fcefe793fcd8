// An error that no code caught belongs to the test that caused it, and the process goes on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test, type Test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { execute } from '../../../harness/run/execute.ts'
import { splatReader } from '../../../harness/console/read-splats.ts'
import { offerUncaught } from '../../../harness/run/uncaught-watch.ts'
import { judge } from '../../../harness/judge/verdict.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'
import { named, type Body } from '../fixtures/run/run.ts'

const head = `
import { asTest } from ${JSON.stringify(inProject('harness/run/test-context.ts'))}
import { offerUncaught, watchUncaught } from ${JSON.stringify(inProject('harness/run/uncaught-watch.ts'))}
import { EventEmitter } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
process.on('uncaughtException', (error) => {
  const { isTaken, test } = offerUncaught(error)
  if (!isTaken) process.stdout.write('of ' + test + ': ' + error.message + '\\n')
})
const fails = async () => { await delay(5); throw new Error('oh') }
`

async function said(t: Test, code: string): Promise<string> {
  const directory = t.testdir({ 'program.ts': head + code })
  const child = spawn(process.execPath, [`${directory}/program.ts`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return output
}

const mistakes = {
  'a call without an await': 'void fails()',
  'a rejection at once': `void Promise.reject(new Error('oh'))`,
  'a rejection that is no error': `void Promise.reject('oh')`,
  'a timer': `setTimeout(() => { throw new Error('oh') }, 5)`,
  'a tick': `process.nextTick(() => { throw new Error('oh') })`,
  'a microtask': `queueMicrotask(() => { throw new Error('oh') })`,
  'an event without a listener': `setTimeout(() => new EventEmitter().emit('error', new Error('oh')), 5)`,
  'one of several': 'await Promise.all([delay(50), delay(1).then(() => void fails())])',
} as const

void test('an uncaught error', { jobs: 2 }, async (parent) => {
  for (const [what, code] of Object.entries(mistakes)) {
    void parent.test(`of ${what} ends its test, and no other`, async (t) => {
      const output = await said(
        t,
        `
        using a = watchUncaught('a')
        using b = watchUncaught('b')
        const other = asTest('b', () => delay(100))
        const working = asTest('a', async () => { ${code}; await delay(60_000, undefined, { ref: false }) })
        const error = await Promise.race([working, a.thrown]).catch((thrown) => thrown)
        await other
        process.stdout.write([error.message, a.first === error, b.first].join('|') + '\\n')
        `,
      )
      t.match(output, /^no code caught an error: .*oh.*; look for a missing await\|true\|\n$/s)
    })
  }
})

void test('an uncaught error of no running test is not taken, and has the name of a test that is over', async (t) => {
  const output = await said(
    t,
    `
    void fails()
    await delay(20)
    {
      using a = watchUncaught('a')
      await asTest('a', async () => void delay(20).then(fails))
    }
    await delay(50)
    `,
  )
  t.equal(output, 'of undefined: oh\nof a: oh\n')
})

void test('further errors of a test that has ended so are its own', async (t) => {
  const output = await said(
    t,
    `
    {
      using a = watchUncaught('a')
      const working = asTest('a', async () => { void fails(); void delay(50).then(fails); await delay(20) })
      await Promise.race([working, a.thrown]).catch(() => undefined)
    }
    await delay(100)
    `,
  )
  t.equal(output, '')
})

void test('the test is an ERROR with its line, and its instance is not used again', async (t) => {
  const never = new Promise<void>(() => undefined)
  const bodies: Readonly<Record<string, Body>> = {
    'while it runs': () => {
      offerUncaught(new Error('oh'))
      return never
    },
    'when it ends': async ({ agent }) => {
      void agent.setAffinity(0).then(() => offerUncaught(new Error('oh')))
    },
  }
  for (const [when, body] of Object.entries(bodies)) {
    const { instance } = await fakeInstance()
    await using open = instance
    const attempt = await execute(named('forgetful', body), open, {
      read: splatReader([], '2026-11-29'),
      signal: new AbortController().signal,
      available: new Set(),
      watch: undefined,
      since: instance.console.mark(),
      isLast: () => false,
      onBegun: async () => undefined,
    })
    t.match(
      judge(attempt, 'forgetful', { kernel: 'fake', expectSkips: [] }),
      { verdict: 'ERROR', message: /no code caught an error: oh/, instanceUsable: false },
      when,
    )
    t.match(attempt.thrown?.value, { stack: /uncaught-watch\.test\.ts:\d+/ })
  }
})
