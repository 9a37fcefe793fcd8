// The kernel with dumps: the same kernel with more debug information, in a tree of its own.
import { test } from 'tap'
import { withDumps } from '../../../harness/kernel/dumps.ts'
import { readFragments } from '../../../harness/kernel/kconfig/fragment.ts'
import { listKernelDefinitions, loadKernelDefinition } from '../../../harness/kernel/definition/load-definition.ts'

void test('all kernels of the project can have dumps', async (t) => {
  for (const name of await listKernelDefinitions()) {
    const definition = await loadKernelDefinition(name)
    const other = withDumps(definition)
    t.match(other, { name: `${name}+vmcore`, flavour: 'vmcore', file: definition.file })
    const requests = await readFragments(other.fragments)
    t.match(
      requests.filter((request) => request.name === 'DEBUG_INFO_REDUCED'),
      [{ value: 'n' }],
    )
    const lost = (await readFragments(definition.fragments)).filter(
      ({ name: option, value }) => !requests.some((one) => one.name === option && one.value === value),
    )
    t.strictSame(
      lost.map((request) => request.name),
      ['DEBUG_INFO_REDUCED'],
    )
  }
})
