// Plans of programs: what a program may need of the agent.
import { test } from 'tap'
import { planOf } from '../../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { parseProgram } from '../../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { fakeBench } from '../fixtures/fake-bench.ts'

function program(steps: readonly string[]): ReturnType<typeof parseProgram> {
  const rows = steps.map((step) => `  - { ${step} }`)
  const text = ['version: 1', 'pageSize: 4K', 'pages: 24', 'initially: shared', 'steps:', ...rows, ''].join('\n')
  return parseProgram('p.yaml', text)
}

void test('a program that needs too many operations is a mistake of the user', async (t) => {
  const { bench } = await fakeBench()
  const subject = await bench.subject()
  const convert = 'do: convert, to: private, offset: 0, size: 4096'
  t.ok(planOf(program(Array.from({ length: 70 }, () => convert)), subject).length < 256)
  t.throws(() => planOf(program(Array.from({ length: 100 }, () => convert)), subject), {
    code: 'PROGRAM_TOO_LONG',
    message: /^the program needs \d+ operations of the agent, which does at most 256 at once$/,
  })
})

void test('a step that cannot be done is named', async (t) => {
  const { bench } = await fakeBench()
  const subject = await bench.subject()
  t.throws(() => planOf(program(['do: unmap', 'do: unmap']), subject), {
    code: 'STEP_IMPOSSIBLE',
    message: 'step 2 (unmap mapping 0) cannot be done after the steps before it',
  })
})
