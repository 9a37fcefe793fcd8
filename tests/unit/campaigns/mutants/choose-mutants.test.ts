// Mutants by patterns: the error for one that is not there names the kernel that has it, or what a scenario kills.
import { test } from 'tap'
import { chooseMutants } from '../../../../harness/campaigns/mutants/choose-mutants.ts'
import { loadKernelDefinition } from '../../../../harness/kernel/definition/load-definition.ts'

void test('patterns choose mutants of the kernel', async (t) => {
  const definition = await loadKernelDefinition('gmem-convert')
  const chosen = await chooseMutants(definition, ['size-alignment-unchecked', 'zap-*'])
  t.ok(chosen.length > 2)
  t.ok(chosen.every(({ name }) => name === 'size-alignment-unchecked' || name.startsWith('zap-')))
})

const missing = [
  [
    'old-capability-reported',
    /^gmem-attributes has that mutant: gmemtest mutants --kernel gmem-attributes old-capability/,
  ],
  ['convert-argument-errors', /^convert-argument-errors is a scenario, which kills .*size-alignment-unchecked/],
  ['size-aligment-unchecked', /^near it: size-alignment-unchecked/],
  ['B-1', /docs\/bugs\.md/],
] as const

for (const [pattern, hint] of missing) {
  void test(`the hint for ${pattern}`, async (t) => {
    const definition = await loadKernelDefinition('gmem-convert')
    await t.rejects(chooseMutants(definition, ['zap-*', pattern]), { code: 'MUTANT_UNKNOWN', hint })
  })
}
