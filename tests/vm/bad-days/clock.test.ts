// Bad days of clocks: what the harness measures and waits for does not depend on the time of day, on either side.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { run } from '../../../harness/process/run-program.ts'
import { inProject } from '../../../harness/base/paths.ts'
import { badDay } from '../fixtures/bad-day.ts'
import { signal } from '../fixtures/agent-machine.ts'
import { tried } from '../fixtures/tried.ts'

const limits = { signal, timeout: 60_000 }

void test('the clock of this computer jumps by hours all the time: PASS', async (t) => {
  const library = path.join(t.testdir({}), 'jumping-clock.so')
  const source = inProject('tests/vm/fixtures/jumping-clock.c')
  const compiled = await run('gcc', ['-shared', '-fPIC', '-o', library, source], limits)
  t.equal(compiled.exitCode, 0, compiled.stderr)
  await t.test('of this computer', async (t) => {
    const day = await badDay(t, ['a-passes', 'f-passes'], { env: { LD_PRELOAD: library } })
    t.equal(day.exitCode, 0, day.stderr)
    t.strictSame(day.points, ['ok a-passes', 'ok f-passes'])
    const lines = (await readFile(path.join(day.output, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
    const times = lines.map((line) => Date.parse(/"time":"([^"]+)"/.exec(line)?.[1] ?? ''))
    t.ok(Math.max(...times) - Math.min(...times) > 3_600_000, 'it has jumped')
    for (const line of lines) {
      const milliseconds = /"milliseconds":([\d.-]+)/.exec(line)?.[1]
      if (milliseconds !== undefined) t.ok(Number(milliseconds) > 0 && Number(milliseconds) < 600_000, line)
    }
  })
})

void test('the clock of the instance jumps in a scenario: PASS', async (t) => {
  const found = await tried(
    t,
    async ({ agent, expectErrno }, instance) => {
      for (const year of ['2037', '2001']) {
        const { stdout } = await instance.session.exec(`date -s '${year}-02-03 04:05:06' +%Y`, limits)
        t.equal(stdout.trim().split('\n').at(-1), year)
        expectErrno(await agent.setAffinity(0), 'OK', 'binding to all CPUs')
      }
    },
    { timeout: 5 },
  )
  t.equal(found.verdict, 'PASS', found.message)
})
