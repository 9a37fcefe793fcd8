// The words for the command line of a kernel that do not depend on a test.
import { parametersFor } from '../../uapi/dialect.ts'
import type { KernelDefinition } from './definition.ts'

/** Returns the words of the dialect, of the definition, and of the user: the kernel takes the last of a kind. */
export function bootWords(
  { dialect, parameters }: Pick<KernelDefinition, 'dialect' | 'parameters'>,
  append: readonly string[] = [],
): readonly string[] {
  return [...parametersFor(dialect), ...parameters, ...append]
}
