// What repro --runs runs: a C file, a program of a failed test, or a scenario.
import { writeFileSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'tap'
import { findReproducer } from '../../../../harness/commands/measuring/reproducer.ts'
import { listening } from '../fixtures/kept-run.ts'

const home = mkdtempSync(path.join(tmpdir(), 'gmemtest-measuring-'))
process.env['XDG_CACHE_HOME'] = home

void test('a C file is compiled, and its exit code is that of a kernel selftest', async (t) => {
  const file = path.join(home, 'my-bug.c')
  writeFileSync(file, 'int main(void)\n{\n\treturn 0;\n}\n')
  const { context } = listening()
  const found = await findReproducer(file, { results: home }, context)
  t.match(found, { kind: 'c', name: 'my-bug', test: { suite: 'repro', name: 'my-bug', wants: { boot: [] } } })
  writeFileSync(file, 'int main(void)\n{\n\treturn wrong;\n}\n')
  await t.rejects(findReproducer(file, { results: home }, context), { code: 'COMPILE_FAILED' })
  await t.rejects(findReproducer(path.join(home, 'none.c'), { results: home }, context), {
    code: 'PROGRAM_UNREADABLE',
    message: /none\.c: there is no such file$/,
  })
})

void test('a scenario without a program runs itself, and says so', async (t) => {
  const { context, err } = listening()
  const found = await findReproducer('contents-survive-conversion', { results: home }, context)
  t.match(found, { kind: 'scenario', name: 'contents-survive-conversion', file: { topic: 'conversion' } })
  t.match(err(), /the scenario runs itself: .* no program of a failed test 'contents-survive-conversion'/)
  await t.rejects(findReproducer('contents-surviv', { results: home }, context), { code: 'PROGRAM_MISSING' })
})
