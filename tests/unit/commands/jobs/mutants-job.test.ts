// The beginning of `gmemtest mutants`: mistakes are told before a kernel is built.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { runMutants } from '../../../../harness/commands/jobs/mutants-job.ts'
import { fakeContext } from '../fixtures/context.ts'

void test('a definition that leaves its dialect open is refused before its kernel is built', async (t) => {
  const place = t.testdir()
  const kernel = path.join(place, 'mine.yaml')
  const text = await readFile(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  await writeFile(kernel, text.replace(/^dialect: .*\n/m, ''))
  const output = path.join(place, 'results')
  const { context } = fakeContext({ signal: AbortSignal.abort(new Error('the build began')) })
  await t.rejects(runMutants([], { kernel, accel: 'tcg', output }, context), {
    code: 'DIALECT_NEEDED',
    hint: /write it into the definition/,
  })
  t.notOk(existsSync(output))
})
