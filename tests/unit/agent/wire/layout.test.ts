import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { test } from 'tap'
import { describeLayout, differenceOfLayouts } from '../../../../harness/agent/wire/layout.ts'
import { operations } from '../../../../harness/agent/wire/operations.ts'
import { agentProgram } from '../fixtures/host-agent.ts'

const run = promisify(execFile)

void test('the C side has the same operations, fields, sizes and order', async (t) => {
  const { stdout } = await run(await agentProgram(), ['--protocol'])
  t.equal(stdout.trimEnd(), describeLayout())
})

void test('operations have different numbers, none is 0', (t) => {
  const numbers = Object.values(operations).map(({ number }) => number)
  t.equal(new Set(numbers).size, numbers.length)
  t.notOk(numbers.some((number) => number <= 0 || number > 0xffff))
  t.end()
})

void test('a difference is named by the two lines that differ', (t) => {
  const ours = describeLayout()
  t.equal(differenceOfLayouts(ours, `${ours}\n`), undefined)
  t.equal(
    differenceOfLayouts(ours, ours.replace('close(handle)', 'close(handle flags)')),
    'the harness has "6 close(handle) -> ()", the agent "6 close(handle flags) -> ()"',
  )
  t.match(differenceOfLayouts(ours, `${ours}\n99 more() -> ()`), /the harness has "nothing", the agent "99 /)
  t.end()
})
