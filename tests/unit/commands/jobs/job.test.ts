// The common beginning of all verbs that run tests.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { UsageError } from '../../../../harness/base/errors.ts'
import { prepareJob, runFactsOf } from '../../../../harness/commands/jobs/job.ts'
import { fakeContext } from '../fixtures/context.ts'

void test('a job has the facts of its options and of its kernel definition', async (t) => {
  const output = path.join(t.testdir(), 'results')
  const { context } = fakeContext()
  const options = { kernel: 'gmem-convert', accel: 'tcg', isolation: 'none', output } as const
  const [job, choice] = await prepareJob(options, context, '', async ({ name }) => `tests of ${name}`)
  t.equal(choice, 'tests of gmem-convert')
  t.match(job, { directory: output, isolation: 'none', accelerator: { name: 'tcg' } })
  t.ok(existsSync(output))
  t.match(runFactsOf(job, 'convert-ioctl'), {
    kernel: 'gmem-convert',
    dialect: 'convert-ioctl',
    isolation: 'none',
    today: job.started.toISOString().slice(0, 10),
  })
})

void test('a mistake in the choice of tests leaves no directory', async (t) => {
  const output = path.join(t.testdir(), 'results')
  const mistake = new UsageError('SCENARIO_UNKNOWN', 'no scenario has this name')
  const { context } = fakeContext()
  const options = { kernel: 'gmem-convert', accel: 'tcg', output } as const
  await t.rejects(
    prepareJob(options, context, '', () => Promise.reject(mistake)),
    mistake,
  )
  t.notOk(existsSync(output))
})
