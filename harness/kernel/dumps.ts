// Kernels whose memory dumps can be examined.
import type { FragmentFile, KernelDefinition } from './definition/definition.ts'
import { inProject } from '../base/paths.ts'

const usual = 'debug-info'
const fragment: FragmentFile = { name: 'vmcore', path: inProject('kernel-configs/fragments/vmcore.config') }

/**
 * Returns the definition of the same kernel with the options that crash and drgn need to open a dump of its memory. It has
 * debug information about every type, so its objects differ and have a work tree of their own.
 */
export function withDumps(definition: KernelDefinition): KernelDefinition {
  return {
    ...definition,
    name: `${definition.name}+${fragment.name}`,
    flavour: fragment.name,
    fragments: [...definition.fragments.filter(({ name }) => name !== usual), fragment],
  }
}
