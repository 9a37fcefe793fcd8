// The product itself: every scenario passes on the series, and on the stock kernel it passes or is skipped with a reason.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { run, type CommandResult } from '../../harness/process/run-program.ts'
import { inProject } from '../../harness/base/paths.ts'

const limits = { signal: new AbortController().signal, timeout: 50 * 60 * 1000 }

interface Points {
  readonly ran: CommandResult
  readonly passed: readonly string[]
  readonly skipped: readonly string[]
  readonly failed: readonly string[]
}

/** All scenarios on a kernel, and the test points of the TAP, checked by tap's own parser. */
async function allScenarios(kernel: string, output: string, ...options: string[]): Promise<Points> {
  const args = ['run', '--kernel', kernel, '--output', output, ...options]
  const ran = await run(inProject('gmemtest'), args, limits)
  const parser = inProject('node_modules/.bin/tap-parser')
  const parsed = await run(parser, ['--strict', '--silent'], { ...limits, input: `${ran.stdout}\n` })
  if (parsed.exitCode !== ran.exitCode) {
    const ends = `tap-parser ended with ${parsed.exitCode}, gmemtest with ${ran.exitCode}`
    throw new Error(`${ends}:\n${ran.stdout.replaceAll(/^ok .*\n/gm, '')}\n${ran.stderr}`)
  }
  const points = ran.stdout.split('\n').filter((line) => /^(not )?ok /.test(line))
  return {
    ran,
    passed: points.filter((line) => line.startsWith('ok ') && !line.includes(' # SKIP')),
    skipped: points.filter((line) => line.includes(' # SKIP')),
    failed: points.filter((line) => line.startsWith('not ok ')),
  }
}

/** The points without their durations. */
function untimed(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/ # time=.*/, ''))
}

void test('every scenario passes on gmem-convert', async (t) => {
  const output = t.testdir()
  const { ran, passed, skipped, failed } = await allScenarios('gmem-convert', output)
  t.same(failed, [])
  for (const line of skipped) t.match(line, / # SKIP this kernel does not convert by attributes of the file /)
  t.equal(ran.exitCode, 0, ran.stderr)
  t.ok(passed.length >= 30, `${passed.length} scenarios passed`)
  const events = (await readFile(path.join(output, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
  t.match(JSON.parse(events.at(-1) ?? ''), { type: 'run-finished', verdicts: { PASS: passed.length } })
  // The nightly runs them with a boot for each.
  await t.test('and so it does in shared instances, in the same order', async (t) => {
    const other = await allScenarios('gmem-convert', t.testdir(), '--isolation', 'none', '--jobs', '2')
    t.same(untimed(other.failed), [])
    t.same(untimed(other.passed), untimed(passed))
  })
})

void test('every scenario passes or is skipped with its reason on stock-6.12', async (t) => {
  const { ran, passed, skipped, failed } = await allScenarios('stock-6.12', t.testdir())
  t.same(failed, [])
  t.equal(ran.exitCode, 0, ran.stderr)
  t.ok(passed.length >= 10, `${passed.length} scenarios passed`)
  for (const line of skipped) t.match(line, / # SKIP this kernel /)
})
