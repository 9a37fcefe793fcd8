// The capabilities that a kernel definition declares missing.
import { readFile } from 'node:fs/promises'
import type { Dialect } from '../../uapi/dialect.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { isSelftestName } from '../../kernel/definition/selftest-name.ts'
import { absentIn, capabilityNames, isCapability, type Capability } from '../../catalogue/capabilities.ts'

/**
 * Returns the capabilities under `expectSkips` of a definition, which names selftests of the kernel as well.
 * @throws {UsageError} NEED_UNKNOWN, with file, line and column: a misspelt name would excuse nothing
 */
export async function expectedSkips(definition: KernelDefinition): Promise<readonly Capability[]> {
  const { file, expectSkips } = definition
  const names = Object.keys(expectSkips)
  const unknown = names.find((name) => !isCapability(name) && !isSelftestName(name))
  if (unknown === undefined) return names.filter(isCapability)
  // Imported here because it loads the YAML parser, and only an error needs it.
  const { placeInYaml } = await import('../../base/yaml/yaml-file.ts')
  const place = placeInYaml(file, await readFile(file, 'utf8'), ['expectSkips', unknown])
  const near = nearest(unknown, capabilityNames)
  throw new UsageError('NEED_UNKNOWN', `${place}: expectSkips: no scenario can need '${unknown}'`, {
    hint: `${near.length > 0 ? 'near it' : 'known'}: ${(near.length > 0 ? near : capabilityNames).join(', ')}`,
  })
}

/** The names of all that may be skipped in a state between the patches of a series: the patch for it may come later. */
export const skipsBetweenPatches: readonly string[] = capabilityNames

/** Returns the names of all that may be skipped on a kernel: by its definition, and because its dialect has no such thing. */
export function skipsOf({ expectSkips }: Pick<KernelDefinition, 'expectSkips'>, dialect: Dialect): readonly string[] {
  return [...new Set([...Object.keys(expectSkips), ...absentIn(dialect)])]
}
