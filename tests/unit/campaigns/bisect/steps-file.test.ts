import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { StepsFile } from '../../../../harness/campaigns/bisect/steps-file.ts'

const steps = [
  { applied: 8, mark: 'bad', message: 'wanted 1' },
  { applied: 4, mark: 'good', message: 'passed' },
] as const

void test('the same question finds its results, another question none', async (t) => {
  const cache = t.testdir()
  const file = new StepsFile(cache, ['key', { good: 0, bad: 8 }])
  t.strictSame(await file.read(), [])
  await file.write(steps)
  t.strictSame(await new StepsFile(cache, ['key', { good: 0, bad: 8 }]).read(), steps)
  t.strictSame(await new StepsFile(cache, ['key', { good: 1, bad: 8 }]).read(), [])
  await file.remove()
  t.strictSame(await file.read(), [])
})

void test('a damaged file is no result', async (t) => {
  const cache = t.testdir()
  const file = new StepsFile(cache, 'question')
  await file.write(steps)
  const [name = ''] = await readdir(path.join(cache, 'bisections'))
  for (const text of ['{', '[{"applied":1,"mark":"worse","message":""}]', '[{"applied":"1"}]']) {
    await writeFile(path.join(cache, 'bisections', name), text)
    t.strictSame(await file.read(), [])
  }
})
