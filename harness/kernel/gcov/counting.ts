// Kernels that tell which of their code ran.
import type { CounterName, KernelDefinition } from '../definition/definition.ts'
import { inProject } from '../../base/paths.ts'

/**
 * Returns the definition of the same kernel with counters in KVM and in the files of its series; it has a work tree of its own.
 * `by`: gcov for the lines that ran since boot, kcov for the code that a thread reaches.
 */
export function withCounters(definition: KernelDefinition, by: CounterName): KernelDefinition {
  const fragment = { name: by, path: inProject(`kernel-configs/fragments/${by}.config`) }
  return {
    ...definition,
    name: `${definition.name}+${by}`,
    flavour: by,
    fragments: [...definition.fragments, fragment],
    counts: by,
  }
}
