// A file that cannot be loaded is an error with the file and the line of the mistake, and does not concern other files.
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../../../harness/base/paths.ts'
import { loadEachScenario } from '../../../../harness/suites/scenarios/load-scenarios.ts'
import { findScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'

const api = JSON.stringify(inProject('harness/api.ts'))
const good = `import { scenario } from ${api}
export default scenario({ title: 't', rules: ['S-A1'], run: async () => undefined })`

/** The texts of files, and the messages without their directory. */
const broken: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  syntax: [
    `import { scenario } from ${api}\n\nexport default scenario({\n  title: 't'\n  rules: []\n})`,
    /^syntax\.ts:5 cannot be loaded: Expected ','/,
  ],
  'no syntax at all': ['\u0000\u0001(((', /^no syntax at all\.ts:1 cannot be loaded: /],
  'of another language': [
    'enum A {\n  x,\n}\nexport default A',
    /^of another language\.ts:1 cannot be loaded: TypeScript enum/,
  ],
  unfinished: [good.slice(0, -4), /^unfinished\.ts:\d cannot be loaded: /],
  'a module is missing': [
    `\nimport x from './nope.ts'\n${good}`,
    /^a module is missing\.ts:2 cannot be loaded: Cannot find module/,
  ],
  'a package is missing': [
    `\n\nimport 'no-such-package'\n${good}`,
    /^a package is missing\.ts:3 cannot be loaded: Cannot find package/,
  ],
  'an export is missing': [
    `import { nope } from ${api}\n${good}`,
    /^an export is missing\.ts:1 cannot be loaded: .*'nope'/,
  ],
  'a helper is broken': [
    `import './common/helper.ts'\n${good}`,
    /^a helper is broken\.ts:1 cannot be loaded because of common\/helper\.ts:2: in the helper/,
  ],
  throws: [`\n\nthrow new Error('at load')`, /^throws\.ts:3 cannot be loaded: at load/],
  'throws a text': [`throw 'a text'`, /^throws a text\.ts:1 cannot be loaded: a text/],
  'throws late': [
    `await null\nawait Promise.reject(new TypeError('late'))\n${good}`,
    /^throws late\.ts:2 cannot be loaded: late/,
  ],
  'is not defined': [
    `\nconst a = undefined\nexport default a.b`,
    /^is not defined\.ts:3 cannot be loaded: Cannot read properties/,
  ],
  'no export': ['export const x = 1', /^no export\.ts:1 is not a scenario/],
  'another export': [`\n\nexport default { title: 't' }`, /^another export\.ts:3 is not a scenario/],
  'a trap': [
    `\nexport default { get title() { throw new Error('a trap') } }`,
    /^a trap\.ts:2 cannot be loaded: a trap/,
  ],
  'unknown rule': [good.replace('S-A1', 'S-A99'), /^unknown rule\.ts:2 is invalid: unknown rule 'S-A99'/],
  'no rules': [good.replace(`'S-A1'`, ''), /^no rules\.ts:2: rules must name at least one rule/],
  empty: ['', /^empty\.ts:1 is not a scenario/],
}

void test('each broken file has its own error, and the others are loaded', async (t) => {
  const files = Object.fromEntries(Object.entries(broken).map(([name, [text]]) => [`${name}.ts`, text]))
  const directory = t.testdir({
    ...files,
    'a.ts': good,
    common: { 'helper.ts': `\nthrow new Error('in the helper')` },
    topic: { 'twin.ts': good, 'z.ts': good },
    other: { 'twin.ts': good },
    '.#syntax.ts': t.fixture('symlink', 'user@host.1234'),
  })
  const loaded = await loadEachScenario(await findScenarioFiles(directory))
  const found = new Map(loaded.map((scenario) => [scenario.name, scenario]))
  t.strictSame([...found.keys()], ['a', ...Object.keys(broken), 'twin', 'z'].toSorted())
  for (const name of ['a', 'z']) t.match(found.get(name), { title: 't' }, name)
  for (const [name, [, message]] of Object.entries(broken)) {
    const scenario = found.get(name)
    const error = scenario !== undefined && 'error' in scenario ? scenario.error : undefined
    t.equal(error?.code, 'SCENARIO_INVALID', name)
    t.match(error?.message.replaceAll(`${directory}${path.sep}`, ''), message)
  }
  t.match(found.get('twin'), {
    error: { message: /two scenarios in .*other\/twin\.ts:1 and .*topic\/twin\.ts:1 have the name twin/ },
  })
})

void test('an interruption ends the loading', async (t) => {
  const directory = t.testdir({
    'a.ts': `await new Promise((resolve) => setTimeout(resolve, 60_000).unref())\n${good}`,
  })
  const signal = AbortSignal.timeout(200)
  await t.rejects(loadEachScenario(await findScenarioFiles(directory), signal), { name: 'TimeoutError' })
})
