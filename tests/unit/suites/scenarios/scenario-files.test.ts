// Scenario files lie in a directory or one level below it, in the folders of topics.
import path from 'node:path'
import { test } from 'tap'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'

void test('a topic is a folder, and helpers are no scenarios', async (t) => {
  const directory = t.testdir({
    'b.ts': '',
    'README.md': '',
    common: { 'helper.ts': '' },
    holes: { 'a.ts': '', deeper: { 'c.ts': '' } },
  })
  t.strictSame(await listScenarioFiles(directory), [
    { name: 'a', file: path.join(directory, 'holes/a.ts'), topic: 'holes' },
    { name: 'b', file: path.join(directory, 'b.ts') },
  ])
})

void test('two scenarios of one name are refused', async (t) => {
  const directory = t.testdir({ holes: { 'a.ts': '' }, pins: { 'a.ts': '' } })
  await t.rejects(listScenarioFiles(directory), {
    code: 'SCENARIO_INVALID',
    message: /two scenarios in .* have the name a/,
  })
})

void test('no directory and no scenario are mistakes of the caller', async (t) => {
  const directory = t.testdir({ 'flat.ts': '', 'notes.md': '' })
  for (const [name, message, hint] of [
    ['none', /^there is no directory \/.*none$/, /^give the directory/],
    ['none.ts', /^there is no directory \/.*none\.ts$/, /^give the directory/],
    ['notes.md', /notes\.md is not a directory$/, /^give the directory/],
    ['flat.ts', /flat\.ts is not a directory$/, `to run that file: --scenarios ${directory} flat`],
  ] as const) {
    await t.rejects(listScenarioFiles(path.join(directory, name)), { code: 'SCENARIOS_MISSING', message, hint })
  }
  await t.rejects(listScenarioFiles(t.testdir({ 'README.md': '' })), {
    code: 'SCENARIOS_MISSING',
    hint: /NAME\.ts/,
  })
})
