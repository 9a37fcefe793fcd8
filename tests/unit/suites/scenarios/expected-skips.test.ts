// expectSkips of a kernel definition: a slip there is said with its place.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { loadKernelDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import { expectedSkips } from '../../../../harness/suites/scenarios/expected-skips.ts'

async function definitionWith(directory: string, name: string): Promise<string> {
  const file = path.join(directory, 'mine.yaml')
  const lines = [
    'description: mine',
    'source: { debian: linux-source-6.12 }',
    'fragments: [base]',
    'dialect: vm-attributes',
    'expectSkips:',
    '  gup-test: no debugfs',
    `  ${name}: not built in`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

void test('what the kernel lacks', async (t) => {
  const definition = await loadKernelDefinition(await definitionWith(t.testdir(), 'hugetlb'))
  t.same(await expectedSkips(definition), ['gup-test', 'hugetlb'])
})

void test('selftests of the kernel are no needs of scenarios', async (t) => {
  const definition = await loadKernelDefinition(await definitionWith(t.testdir(), 'kvm:sev_smoke_test'))
  t.same(await expectedSkips(definition), ['gup-test'])
})

void test('a need that there is not', async (t) => {
  const definition = await loadKernelDefinition(await definitionWith(t.testdir(), 'hugetbl'))
  await t.rejects(expectedSkips(definition), {
    code: 'NEED_UNKNOWN',
    message: /mine\.yaml:7:\d+: expectSkips: no scenario can need 'hugetbl'$/,
    hint: /^near it: hugetlb/,
  })
})
