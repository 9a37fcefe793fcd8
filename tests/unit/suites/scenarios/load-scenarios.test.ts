// A file that is no scenario is refused.
import path from 'node:path'
import { test } from 'tap'
import { run } from '../../../../harness/process/run-program.ts'
import { inProject } from '../../../../harness/base/paths.ts'
import { loadScenarios } from '../../../../harness/suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'

const scenarioText = `export default { title: 't', rules: ['S-A1'], bugs: [], needs: [], pools: { '2M': 1 }, boot: [], timeout: 1, run: async () => undefined }`

void test('the name of a scenario is the name of its file', async (t) => {
  const directory = t.testdir({ 'b.ts': scenarioText, 'a.ts': scenarioText, 'README.md': '' })
  const files = await listScenarioFiles(directory)
  const [, loaded] = await loadScenarios(files)
  t.match(loaded, { name: 'b', title: 't', rules: ['S-A1'] })
})

const notScenarios = {
  nothing: [`export const x = 1`, /is not a scenario/],
  untyped: [scenarioText.replace('boot: []', `boot: 'hvo'`), /is not a scenario/],
  rule: [scenarioText.replace('S-A1', 'S-A99'), /unknown rule 'S-A99', near it: .*S-A9/],
  need: [scenarioText.replace('needs: []', `needs: ['luck']`), /unknown need 'luck', known: .*hugetlb/],
  bug: [scenarioText.replace('bugs: []', `bugs: ['A-99']`), /unknown bug 'A-99', near it: .*A-9/],
  variant: [scenarioText.replace('boot: []', `boot: ['nohz']`), /unknown boot variant 'nohz', .*slab-nomerge/],
  'a variant that is near one': [
    scenarioText.replace('boot: []', `boot: ['foo']`),
    /unknown boot variant 'foo', known: hvo, slab-nomerge$/,
  ],
  'a size that is near one': [
    scenarioText.replace(`'2M': 1`, `'4M': 1`),
    /unknown size of huge pages '4M', known: 1G, 2M$/,
  ],
  size: [scenarioText.replace(`'2M': 1`, `'64K': 1, '2M': 1`), /unknown size of huge pages '64K', known: 1G, 2M/],
  count: [
    scenarioText.replace(`'2M': 1`, `'2M': 1.5`),
    /pool of 2M pages must have a whole, non-negative number of pages, got 1\.5/,
  ],
  broken: [`throw new Error('at load')`, /cannot be loaded/],
} as const
const api = JSON.stringify(path.resolve('harness/api.ts'))
function made(fields: string): string {
  return `import { scenario } from ${api}
export default scenario({ title: 't', run: async () => undefined, ${fields} })`
}
function bare(fields: string): string {
  return `import { scenario } from ${api}
export default scenario({ ${fields} })`
}
const rules = `rules: ['S-A1']`
const malformed = {
  text: [made(`${rules}, timeout: '3'`), /timeout must be a positive number of seconds, got '3'/, /timeout: 30/],
  endless: [made(`${rules}, timeout: Infinity`), /timeout must be a positive number .*, got Infinity/, /timeout: 30/],
  'no number': [made(`${rules}, timeout: NaN`), /timeout must be a positive number .*, got NaN/, /timeout: 30/],
  null: [made(`${rules}, timeout: null`), /timeout must be a positive number .*, got null/, /timeout: 30/],
  title: [bare(`${rules}, async run() {}`), /: title is missing/, /title: '/],
  'a title that is no text': [bare(`title: 5, ${rules}, async run() {}`), /: title must be a text, got 5/, /title: '/],
  'an empty title': [bare(`title: '', ${rules}, async run() {}`), /: title must be a text, got ''/, /title: '/],
  run: [bare(`title: 't', ${rules}`), /: run is missing/, /async run/],
  'run that is no function': [bare(`title: 't', ${rules}, run: 5`), /run must be a function, got 5/, /async run/],
  'run misspelt': [bare(`title: 't', ${rules}, async runn() {}`), /there is no field 'runn'/, /write 'run' instead/],
  'a list of numbers': [made(`rules: [5]`), /rules must be a list of names, got 5 in it/, /rules: \['S-A1'\]/],
  pools: [made(`${rules}, pools: [1]`), /pools must be an object, got \[ 1 \]/, /pools: \{/],
  'no pools': [made(`${rules}, pools: null`), /pools must be an object, got null/, /pools: \{/],
  nothing: [`import { scenario } from ${api}\nexport default scenario()`, /must get an object, got undefined/, /title/],
  field: [made(`rules: ['S-A1'], need: ['hugetlb']`), /there is no field 'need'/, /write 'needs'/],
  list: [made(`rules: ['S-A1'], boot: 'hvo'`), /boot must be a list, got 'hvo'/, /boot: \['hvo'\]/],
  rules: [made(`rules: []`), /rules must name at least one rule, got none/, /list --rules/],
  timeout: [made(`rules: ['S-A1'], timeout: -5`), /timeout must be a positive number .*, got -5/, /timeout: 30/],
  elsewhere: [`import '../../harness/api.ts'`, /cannot be loaded/, /import from 'gmemtest'/],
} as const
for (const [what, [text, message, hint]] of Object.entries(malformed)) {
  void test(`a scenario with a mistake (${what}) is refused with the next step`, async (t) => {
    const directory = t.testdir({ 'x.ts': text })
    const failure: unknown = await loadScenarios(await listScenarioFiles(directory)).catch((error: unknown) => error)
    t.match(failure, { code: 'SCENARIO_INVALID', message, hint })
    t.match(failure, { message: /x\.ts/ })
  })
}

for (const [what, [text, message]] of Object.entries(notScenarios)) {
  void test(`a file that is no scenario (${what}) is refused`, async (t) => {
    const directory = t.testdir({ 'x.ts': text })
    const failure: unknown = await loadScenarios(await listScenarioFiles(directory)).catch((error: unknown) => error)
    t.match(failure, { code: 'SCENARIO_INVALID', message })
    t.match(failure, { message: /x\.ts/ })
  })
}

void test('the output of a scenario file does not reach the standard output', async (t) => {
  const load = inProject('harness/suites/scenarios/load-scenarios.ts')
  const text = `console.log('loaded'); export default {}`
  const directory = t.testdir({ 'a.ts': text })
  const code = `import { loadScenarios } from ${JSON.stringify(load)}
    await loadScenarios([{ name: 'a', file: ${JSON.stringify(path.join(directory, 'a.ts'))} }]).catch((error) => console.log(error.code))`
  const ran = await run(process.execPath, ['--input-type=module', '--eval', code], {
    signal: new AbortController().signal,
    timeout: 30_000,
  })
  t.equal(ran.stdout, '')
  t.match(ran.stderr, /^loaded\nSCENARIO_INVALID$/m)
})
