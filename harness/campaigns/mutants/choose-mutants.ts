// Chooses mutants by patterns; the error for one that is not there knows scenarios and the mutants of other kernels.
import { UsageError } from '../../base/errors.ts'
import { select } from '../../base/select.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { listKernelDefinitions, loadKernelDefinition } from '../../kernel/definition/load-definition.ts'
import { mutantsOf, readMutants, type Mutant } from './mutant-patches.ts'

/**
 * Returns the mutants of a kernel that the patterns choose; all of them without a pattern.
 * @throws {UsageError} MUTANT_UNKNOWN, with the kernel that has the mutant, or the mutants that a scenario kills, in the hint
 * @throws {UsageError} the errors of `readMutants`
 */
export async function chooseMutants(definition: KernelDefinition, patterns: readonly string[]): Promise<Mutant[]> {
  const mutants = await readMutants(definition)
  try {
    return select(mutants, patterns, 'mutant')
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'MUTANT_UNKNOWN') throw error
    const hints = await Promise.all(patterns.map((pattern) => hintFor(pattern, mutants)))
    const hint = hints.find((each) => each !== undefined)
    throw hint === undefined ? error : new UsageError(error.code, error.message, { cause: error, hint })
  }
}

async function hintFor(pattern: string, mutants: readonly Mutant[]): Promise<string | undefined> {
  if (mutants.some(({ name }) => name === pattern)) return undefined
  const killed = mutants.filter(({ claims }) => claims.some(({ scenario }) => scenario === pattern))
  if (killed.length > 0) {
    return `${pattern} is a scenario, which kills ${killed.map(({ name }) => name).join(', ')}`
  }
  for (const kernel of await listKernelDefinitions()) {
    const others = await mutantsOf(await loadKernelDefinition(kernel))
    if (others.some(({ name }) => name === pattern)) {
      return `${kernel} has that mutant: gmemtest mutants --kernel ${kernel} ${pattern}`
    }
  }
  return undefined
}
