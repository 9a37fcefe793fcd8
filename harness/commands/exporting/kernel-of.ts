// The kernel of a program: the one on which it failed, unless the user wants another one.
import { hasCode, UsageError } from '../../base/errors.ts'
import { readMutants, withMutant } from '../../campaigns/mutants/mutant-patches.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { loadUsableDefinition } from '../../kernel/usable.ts'
import type { Exportable } from './exportable.ts'

/**
 * Returns the definition of the kernel of a program: the wanted one, or the one on which it failed, with its mutant.
 * @throws {UsageError} USAGE when no results tell the kernel, KERNEL_UNKNOWN, MUTANT_UNKNOWN
 */
export async function definitionOf(
  { file, kernel, mutant: name }: Exportable,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<KernelDefinition> {
  const chosen = wanted ?? kernel
  if (chosen === undefined) {
    throw new UsageError('USAGE', `no results beside ${file} tell its kernel`, {
      hint: 'choose one with --kernel NAME',
    })
  }
  const definition = await loadUsableDefinition(chosen, { signal }).catch((error: unknown) => {
    throw wanted === undefined && hasCode(error, 'KERNEL_UNKNOWN') ? elsewhere(file, chosen, error) : error
  })
  if (wanted !== undefined || name === undefined) return definition
  const mutant = (await readMutants(definition)).find((each) => each.name === name)
  if (mutant !== undefined) return withMutant(definition, mutant)
  throw new UsageError('MUTANT_UNKNOWN', `the series of ${kernel} has no mutant '${name}' any more`, {
    hint: 'choose a kernel with --kernel',
  })
}

/** Results have the name of a kernel, and not the file of its definition. */
function elsewhere(file: string, kernel: string, cause: unknown): UsageError {
  const message = `${file} was found on the kernel ${kernel}, and gmemtest has no definition of that name`
  return new UsageError('KERNEL_UNKNOWN', message, { cause, hint: 'name the file of its definition: --kernel FILE' })
}
