// Kernels that count how often their lines run.
import type { FragmentFile, KernelDefinition } from '../definition/definition.ts'
import { inProject } from '../../base/paths.ts'

const fragment: FragmentFile = { name: 'gcov', path: inProject('kernel-configs/fragments/gcov.config') }

/** Returns the definition of the same kernel with counters in KVM and in the files of its series; it has a work tree of its own. */
export function withCounters(definition: KernelDefinition): KernelDefinition {
  return {
    ...definition,
    name: `${definition.name}+${fragment.name}`,
    flavour: fragment.name,
    fragments: [...definition.fragments, fragment],
    counts: true,
  }
}
