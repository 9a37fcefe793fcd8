// `gmemtest mutants` for real: a kernel with a bug is built beside the one without, booted, and killed.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { run } from '../../harness/process/run-program.ts'
import { inProject } from '../../harness/base/paths.ts'

const tenMinutes = 600_000

void test('a mutant is killed by the scenario that its patch names, and the control passes', async (t) => {
  const directory = t.testdir()
  const ran = await run(inProject('gmemtest'), ['mutants', '--output', directory, 'error-offset-not-refused'], {
    signal: new AbortController().signal,
    timeout: tenMinutes,
  })
  t.equal(ran.exitCode, 0, ran.stderr)
  t.match(ran.stdout, /^TAP version 14\n1\.\.2\n/)
  t.match(
    ran.stdout,
    /^ok 1 - error-offset-not-refused: .*; killed by convert-checks-error-offset-first in \d+\.\d s # time=\d+ms$/m,
  )
  t.match(ran.stdout, /^ok 2 - control: the scenarios that killed pass on the kernel without a mutant # time=/m)
  t.match(ran.stderr, /mutants: 1 killed in/)
  t.equal(await readFile(path.join(directory, 'results.tap'), 'utf8'), `${ran.stdout.trimEnd()}\n`)
  const lines = (await readFile(path.join(directory, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
  t.match(JSON.parse(lines.at(-1) ?? ''), { type: 'mutants-finished', verdicts: { KILLED: 1 } })
  t.match(
    await readFile(path.join(directory, 'console-error-offset-not-refused.log'), 'utf8'),
    /scenario convert-checks-error-offset-first begins/,
  )
})
