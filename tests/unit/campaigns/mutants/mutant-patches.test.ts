// Mutants as files: their headers, their kernel, and their builds.
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { loadKernelDefinition } from '../../../../harness/kernel/definition/load-definition.ts'
import type { KernelDefinition } from '../../../../harness/kernel/definition/definition.ts'
import { readMutants, withMutant } from '../../../../harness/campaigns/mutants/mutant-patches.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import { listScenarioFiles } from '../../../../harness/suites/scenarios/scenario-files.ts'
import { gmemPatch, miniDefinition, recordingContext } from '../../kernel/fixtures/mini-tree.ts'

/** A kernel in miniature whose series has these mutants. */
async function miniWith(directory: string, mutants: Readonly<Record<string, string>>): Promise<KernelDefinition> {
  const definition = await miniDefinition(directory, { patches: { '0001-b.patch': gmemPatch() } })
  await mkdir(path.join(directory, 'series/mutants'))
  for (const [name, text] of Object.entries(mutants)) {
    await writeFile(path.join(directory, 'series/mutants', name), text)
  }
  return definition
}

/** A mutant on top of the series: it changes the line with `b` again. */
function mutantPatch(
  from = '20',
  to = '21',
  lines = 'Bug: B-3, O-4\nKilled-by: first-one: page * has\nKilled-by: second-one: it leaks\n',
): string {
  const subject = 'Subject: [MUTANT] Make b too large'
  return gmemPatch(from, to)
    .replace('Subject: [PATCH] gmem: another b', subject)
    .replace('Because.\n', `b is not right.\n\n${lines}`)
}

void test('the header of a mutant describes the bug and names its scenarios', async (t) => {
  const besides = { 'README.md': 'no mutant', '.b.patch.swp': 'x', 'b.patch~': 'x', '#b.patch#': 'x', '.b.patch': 'x' }
  const definition = await miniWith(t.testdir(), { 'b.patch': mutantPatch(), ...besides, '4913': '' })
  // A lock of Emacs is a link to nothing.
  await symlink('me@here.1', path.join(path.dirname(definition.file), 'series/mutants/.#b.patch'))
  t.strictSame(await readMutants(definition), [
    {
      name: 'b',
      file: path.join(path.dirname(definition.file), 'series/mutants/b.patch'),
      title: 'Make b too large',
      bugs: ['B-3', 'O-4'],
      claims: [
        { scenario: 'first-one', check: 'page * has' },
        { scenario: 'second-one', check: 'it leaks' },
      ],
    },
  ])
})

void test('a kernel without mutants, and a mutant without a claim, are usage errors', async (t) => {
  const stock = await loadKernelDefinition('stock-6.12')
  await t.rejects(readMutants(stock), { code: 'MUTANTS_MISSING', message: /stock-6\.12 has no mutants/ })
  const definition = await miniWith(t.testdir(), { 'b.patch': mutantPatch('20', '21', '') })
  await t.rejects(readMutants(definition), {
    code: 'MUTANT_INVALID',
    message: /b\.patch has no line 'Killed-by/,
  })
})

void test('mutants are built one after the other in one tree, and do not touch the real kernel', async (t) => {
  const directory = t.testdir()
  const definition = await miniWith(directory, {
    'larger.patch': mutantPatch('20', '21'),
    'stale.patch': mutantPatch('7', '8'),
    'typo.patch': mutantPatch('20', 'oops'),
  })
  const context = recordingContext(path.join(directory, 'cache'))
  const real = await provideKernel(definition, context)
  const content = await readFile(real.vmlinux)
  const [larger, stale, typo] = await readMutants(definition)
  if (larger === undefined || stale === undefined || typo === undefined) throw new Error('three were written')

  const mutated = await provideKernel(withMutant(definition, larger), context)
  t.equal(mutated.provenance.objects, 1, 'only the file that the mutant changes is compiled')
  t.equal(mutated.provenance.definition, 'mini+larger')
  t.not(mutated.key, real.key)
  t.notOk(content.equals(await readFile(mutated.vmlinux)))

  await t.rejects(provideKernel(withMutant(definition, stale), context), {
    code: 'PATCH_DOES_NOT_APPLY',
    message: /^the patch stale.* does not apply: virt\/gmem\.c, hunk #1/,
  })
  await t.rejects(provideKernel(withMutant(definition, typo), context), {
    code: 'KERNEL_BUILD_FAILED',
    message: /^mini\+typo does not compile: virt\/gmem\.c:4/,
  })

  t.equal((await provideKernel(withMutant(definition, larger), context)).cached, true)
  const again = await provideKernel(definition, context)
  t.equal(again.cached, true)
  t.ok(content.equals(await readFile(again.vmlinux)))
})

void test('every mutant of the default kernel names existing scenarios', async (t) => {
  const mutants = await readMutants(await loadKernelDefinition('gmem-convert'))
  const names = new Set((await listScenarioFiles()).map(({ name }) => name))
  t.ok(mutants.length >= 45)
  for (const mutant of mutants) {
    t.strictSame(
      mutant.claims.map(({ scenario }) => scenario).filter((name) => !names.has(name)),
      [],
      mutant.name,
    )
  }
})
