// Nights on a kernel that changes: only what is new since the baseline is red. The kernel of the first nights has one mutant,
// that of the last ones another; one scenario fails always, and one comes and goes.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test, type Test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { readRun } from '../../harness/report/stored/stored-run.ts'
import { gmemtestWith, pointsOf } from '../vm/fixtures/command.ts'

const oldMutant = 'error-offset-not-refused'
const newMutant = 'error-offset-is-start'
/** The scenarios of the suite: the one that the old mutant breaks, those that the new one breaks, and one of neither. */
const scenarios = {
  'convert-checks-error-offset-first': 'conversion',
  'first-of-several-pins-is-named': 'pins',
  'pinned-page-refuses': 'pins',
  'contents-survive-conversion': 'conversion',
} as const
/** The variable that the scenario which comes and goes looks at. */
const weather = 'GMEMTEST_TEST_WEATHER'

function ownScenario(title: string, found: string): string {
  return `import { scenario } from '${inProject('harness/api.ts')}'

export default scenario({
  title: '${title}',
  rules: ['S-A1'],
  async run({ memory, check }) {
    const file = await memory({ pages: 1, initially: 'shared' })
    await file.host.fill(file.all, 0x61)
    check.equal(${found}, 'fine', 'the weather')
  },
})
`
}

interface Place {
  readonly directory: string
  /** Gives the kernel definition this mutant. */
  readonly mutate: (mutant: string) => Promise<void>
}

async function place(t: Test): Promise<Place> {
  const directory = t.testdir()
  const suite = path.join(directory, 'suite')
  await mkdir(suite)
  for (const [name, topic] of Object.entries(scenarios)) {
    const file = inProject(`tests/scenarios/${topic}/${name}.ts`)
    await writeFile(path.join(suite, `${name}.ts`), `export { default } from '${file}'\n`)
  }
  await writeFile(path.join(suite, 'always-wrong.ts'), ownScenario('the weather is fine', "'rain'"))
  await writeFile(path.join(suite, 'comes-and-goes.ts'), ownScenario('the weather holds', `process.env['${weather}']`))
  const definition = await readFile(inProject('kernel-configs/kernels/gmem-convert.yaml'), 'utf8')
  return {
    directory,
    mutate: async (mutant) => {
      const patch = inProject(`kernel-configs/series/gmem-convert/mutants/${mutant}.patch`)
      const series = `  - gmem-convert\n  - ${patch}\n`
      await writeFile(path.join(directory, 'nightly.yaml'), definition.replace('  - gmem-convert\n', series))
    },
  }
}

interface Night {
  readonly exitCode: number | null
  readonly points: readonly string[]
  readonly stderr: string
  /** The changes of the tests against the baseline. */
  readonly changes: Readonly<Record<string, string>>
}

async function night(directory: string, name: string, weatherThen: string, ...args: string[]): Promise<Night> {
  const output = path.join(directory, name)
  const env = { GMEMTEST_HISTORY: path.join(directory, 'history.sqlite'), [weather]: weatherThen }
  const words = ['--kernel', path.join(directory, 'nightly.yaml'), '--scenarios', path.join(directory, 'suite')]
  // A MISS would say nothing about the kernels.
  const usual = ['--isolation', 'none', '--retry-machine', '5', '--output', output]
  const ran = await gmemtestWith(env, 'run', ...words, ...usual, ...args).ended
  const { lines } = await readRun(output)
  const changes = lines.flatMap((line) =>
    'event' in line && line.event.type === 'test-finished' && line.event.change !== undefined
      ? [[line.event.name, line.event.change] as const]
      : [],
  )
  return { ...ran, points: pointsOf(ran.stdout), changes: Object.fromEntries(changes) }
}

void test('a night is red for what the new mutant breaks, and for nothing else', async (t) => {
  const { directory, mutate } = await place(t)
  await mutate(oldMutant)
  const first = await night(directory, '1', 'rain')
  t.equal(first.exitCode, 1, first.stderr)
  const before = await night(directory, '2', 'fine')
  t.strictSame(before.points, [
    'not ok always-wrong',
    'ok comes-and-goes',
    'ok contents-survive-conversion',
    'not ok convert-checks-error-offset-first',
    'ok first-of-several-pins-is-named',
    'ok pinned-page-refuses',
  ])

  await mutate(newMutant)
  const red = await night(directory, '3', 'rain', '--baseline', 'last', '--report', 'junit')
  t.equal(red.exitCode, 1, red.stderr)
  t.strictSame(red.changes, {
    'always-wrong': 'known',
    'comes-and-goes': 'flaky',
    'convert-checks-error-offset-first': 'fixed',
    'first-of-several-pins-is-named': 'new',
    'pinned-page-refuses': 'new',
  })
  t.match(red.stderr, /^gmemtest: new against the baseline: first-of-several-pins-is-named, pinned-page-refuses$/m)

  const after = await night(directory, '4', 'fine', '--baseline', 'last')
  t.equal(after.exitCode, 0, after.stderr)
  t.strictSame(after.changes, {
    'always-wrong': 'known',
    'first-of-several-pins-is-named': 'known',
    'pinned-page-refuses': 'known',
  })
})
