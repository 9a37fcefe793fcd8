// What a kernel definition says that its kernel lacks.
import { readFile } from 'node:fs/promises'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { isSelftestName } from '../../kernel/definition/selftest-name.ts'
import { isCapability, needs, type Capability } from '../../catalogue/capabilities.ts'

/**
 * The needs under `expectSkips` of a definition; selftests of the kernel stand there as well.
 * @throws {UsageError} NEED_UNKNOWN, with file, line and column: a slip there would excuse nothing
 */
export async function expectedSkips(definition: KernelDefinition): Promise<readonly Capability[]> {
  const { file, expectSkips } = definition
  const names = Object.keys(expectSkips)
  const unknown = names.find((name) => !isCapability(name) && !isSelftestName(name))
  if (unknown === undefined) return names.filter(isCapability)
  // Only now: it brings the YAML parser along.
  const { placeInYaml } = await import('../../base/yaml-file.ts')
  const place = placeInYaml(file, await readFile(file, 'utf8'), ['expectSkips', unknown])
  const near = nearest(unknown, Object.keys(needs))
  throw new UsageError('NEED_UNKNOWN', `${place}: expectSkips: no scenario can need '${unknown}'`, {
    hint: `${near.length > 0 ? 'near it' : 'known'}: ${(near.length > 0 ? near : Object.keys(needs)).join(', ')}`,
  })
}
