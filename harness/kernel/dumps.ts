// Kernels whose memory can be looked into after their death.
import type { FragmentFile, KernelDefinition } from './definition/definition.ts'
import { inProject } from '../base/paths.ts'

const usual = 'debug-info'
const fragment: FragmentFile = { name: 'vmcore', path: inProject('kernel-configs/fragments/vmcore.config') }

/**
 * The definition of the same kernel with all that crash and drgn need to open a dump of its memory. It has debug
 * information about every type, so its objects are others, and have a tree of their own.
 */
export function withDumps(definition: KernelDefinition): KernelDefinition {
  return {
    ...definition,
    name: `${definition.name}+${fragment.name}`,
    flavour: fragment.name,
    fragments: [...definition.fragments.filter(({ name }) => name !== usual), fragment],
  }
}
