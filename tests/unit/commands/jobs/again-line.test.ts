// The line that a report prints for a failure runs that test, and no other test.
import { execFileSync } from 'node:child_process'
import { test } from 'tap'
import { Command } from 'commander'
import { againLine } from '../../../../harness/commands/jobs/again-line.ts'
import { inProject } from '../../../../harness/base/paths.ts'
import { select } from '../../../../harness/base/select.ts'
import { readMutants } from '../../../../harness/campaigns/mutants/mutant-patches.ts'
import { selftestName, fullName } from '../../../../harness/kernel/definition/selftest-name.ts'
import { loadKernelDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'

/** Returns the words that bash reads from lines, and the verb gets as patterns. */
function patternsOf(lines: readonly string[]): readonly string[][] {
  const script = lines.map((line) => `words ${line}`).join('\n')
  const words = execFileSync('bash', ['--norc', '-c', `words() { printf '%s\\0' "$@"; printf '\\n\\0'; }\n${script}`], {
    encoding: 'utf8',
  })
  const calls = words.split('\0').slice(0, -1).join('\0').split('\0\n').slice(0, lines.length)
  return calls.map((call) => {
    const [, , ...args] = call.replace(/^\0/, '').split('\0')
    const command = new Command('run').argument('[pattern...]').option('--kernel <name>').option('--scenarios <dir>')
    return command.exitOverride().parse(args, { from: 'user' }).args
  })
}

const flags = ['--kernel', "it's a kernel.yaml", '--scenarios', './my dir']
const odd = ['creation-flags', 'huge-creation-flags', 'a*b', 'axb', '-dash', '--all', '$(x)', "it's", 'two words', '#x']

void test('the line of a scenario or a mutant chooses it alone', async (t) => {
  const scenarios = (await listScenarioFiles()).map(({ name }) => name)
  const mutants = (await readMutants(await loadKernelDefinition('gmem-convert'))).map(({ name }) => name)
  t.ok(
    scenarios.includes('creation-flags') && scenarios.includes('huge-creation-flags'),
    'one name is a part of another',
  )
  for (const names of [scenarios, mutants, odd]) {
    const items = names.map((name) => ({ name }))
    const lines = names.map((name) => againLine('run', flags, name))
    t.strictSame(
      lines.filter((line) => line.includes('\n')),
      [],
    )
    t.strictSame(
      patternsOf(lines).map((patterns) => select(items, patterns, 'scenario')),
      items.map((item) => [item]),
    )
  }
})

void test('the line of a selftest names it alone', (t) => {
  for (const name of ['kvm:guest_memfd_test', 'mm/x:a.b+c-d']) {
    const [words = []] = patternsOf([againLine('kselftest', [], name)])
    t.strictSame(words.map(selftestName).map(fullName), [name])
  }
  t.end()
})

void test('the verb list takes the name from the line as well', (t) => {
  const [words = []] = patternsOf([againLine('run', [], 'creation-flags')])
  const listed = execFileSync(inProject('gmemtest'), ['list', ...words], { encoding: 'utf8' })
  t.match(listed, /^creation-flags  [^\n]+\n$/)
  t.end()
})
