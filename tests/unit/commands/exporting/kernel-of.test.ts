import { test } from 'tap'
import { definitionOf } from '../../../../harness/commands/exporting/kernel-of.ts'
import type { Exportable } from '../../../../harness/commands/exporting/exportable.ts'

const { signal } = new AbortController()

function found(kernel: string | undefined): Exportable {
  return {
    file: 'results/x/finding-1.yaml',
    source: async () => '',
    kernel,
    mutant: undefined,
    profile: { pools: { '2M': 0, '1G': 0 }, variants: [] },
    isLeftBy: () => false,
  }
}

void test('the kernel of a program is that of its results, unless the user names another', async (t) => {
  t.match(await definitionOf(found('gmem-convert'), undefined, signal), { name: 'gmem-convert' })
  t.match(await definitionOf(found('gmem-convert'), 'stock-7.3', signal), { name: 'stock-7.3' })
  await t.rejects(definitionOf(found(undefined), undefined, signal), { code: 'USAGE', hint: /--kernel NAME/ })
})

void test('a kernel that was defined in a file elsewhere is asked for', async (t) => {
  await t.rejects(definitionOf(found('mine'), undefined, signal), {
    code: 'KERNEL_UNKNOWN',
    message: 'results/x/finding-1.yaml was found on the kernel mine, and gmemtest has no definition of that name',
    hint: 'name the file of its definition: --kernel FILE',
  })
  await t.rejects(definitionOf(found('mine'), 'yours', signal), { message: "there is no kernel definition 'yours'" })
})
