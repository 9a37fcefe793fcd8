// A terminal that takes no output stops a run, and ends neither the run nor a test of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { test, type Test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'
import { findExecutable } from '../../../harness/process/executable.ts'
import { shellLine } from '../../../harness/process/child.ts'

const module = JSON.stringify(inProject('harness/run/stall-watch.ts'))
const head = [
  `import { watched } from ${module}`,
  `import { setTimeout as delay } from 'node:timers/promises'`,
  'const limits = { soft: 500, hard: 2500 }',
  // Something else of a run keeps the process alive.
  'setInterval(() => undefined, 1000)',
]

/** Returns the last output of a program in a terminal that takes no more than its buffers hold for some time. */
async function ran(t: Test, work: string, milliseconds: number): Promise<string> {
  const directory = t.testdir({ 'program.ts': [...head, work, 'process.exit()'].join('\n') })
  const line = shellLine(process.execPath, [`${directory}/program.ts`])
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(terminal, 'exit')
  await Promise.race([ended, delay(milliseconds)])
  return (await text(terminal.stdout)).slice(-1000)
}

const much = `process.stdout.write('x'.repeat(1_000_000)); process.stdout.write('done')`
const cases = {
  'gmemtest may wait for it': `setTimeout(() => { ${much} }, 100); await watched('a', () => delay(200), limits)`,
  'a test may wait for it': `await watched('a', async () => { ${much} }, limits)`,
} as const

void test('a terminal that takes no output', { skip: findExecutable('script') === undefined, jobs: 3 }, (parent) => {
  for (const [what, work] of Object.entries(cases)) {
    void parent.test(what, async (t) => t.match(await ran(t, work, 6000), /done$/))
  }
  void parent.test('a test that writes without an end is ended', async (t) => {
    const work = `await watched('a', async () => { for (;;) process.stdout.write('x') }, limits).catch((error) => {
      process.stdout.write('end: ' + error.message)
    })`
    t.match(await ran(t, work, 0), /end: kept the thread busy/)
  })
  parent.end()
})
