// Explains why a configuration lacks a requested option: its unmet dependencies, from the tree's Kconfig files.
import { nearest } from '../../base/nearest.ts'
import { evaluate, symbolsOf, type ValueOf } from './expression.ts'
import type { Request } from './fragment.ts'
import { readKconfig, type KconfigTree, type OptionDefinition } from './kconfig-files.ts'

/**
 * Returns one line for each lost request: the wanted and the found value, the place of the request, and the reason. An
 * option that the tree may lack has none.
 */
export async function explainLost(
  lost: readonly Request[],
  config: ReadonlyMap<string, string>,
  tree: string,
): Promise<string[]> {
  if (lost.length === 0) return []
  const kconfig = await readKconfig(tree)
  const valueOf: ValueOf = (symbol) => config.get(symbol)?.replaceAll('"', '') ?? 'n'
  const missed = lost.filter(({ name, ifKnown }) => ifKnown === undefined || kconfig.options.has(name))
  return missed.map(({ name, value, at }) => {
    const found = config.get(name) ?? 'n'
    return `CONFIG_${name} is ${found}, not ${value} as ${at} asks: ${reasonOf(name, value, kconfig, valueOf)}`
  })
}

function reasonOf(name: string, value: string, kconfig: KconfigTree, valueOf: ValueOf): string {
  const definitions = kconfig.options.get(name)
  if (definitions === undefined) {
    const [near] = nearest(name, [...kconfig.options.keys()])
    return `this tree has no such option${near === undefined ? '' : `; the nearest is CONFIG_${near}`}`
  }
  const selectors = (kconfig.selections.get(name) ?? []).filter(
    ({ by, condition }) => valueOf(by) !== 'n' && (condition === undefined || evaluate(condition, valueOf) > 0),
  )
  if (value === 'n' && selectors.length > 0) {
    return `it is selected by ${selectors.map(({ by }) => by).join(', ')}`
  }
  const unmet = definitions.map((definition) => unmetOf(definition, valueOf))
  const [first] = unmet
  if (first !== undefined && unmet.every((conditions) => conditions.length > 0)) {
    return `it depends on ${first.map((condition) => withValues(condition, valueOf)).join(', and on ')}`
  }
  return unsettable(definitions, kconfig, valueOf)
}

function unmetOf(definition: OptionDefinition, valueOf: ValueOf): string[] {
  const conditions = [...definition.blocks.flatMap((block) => block.conditions), ...definition.depends]
  return conditions.filter((condition) => evaluate(condition, valueOf) === 0)
}

function withValues(condition: string, valueOf: ValueOf): string {
  const values = symbolsOf(condition).map((symbol) => `${symbol}=${valueOf(symbol)}`)
  return values.length === 0 ? condition : `${condition} (${values.join(', ')})`
}

/** Explains an option whose dependencies are met, but which cannot have the requested value. */
function unsettable(definitions: readonly OptionDefinition[], kconfig: KconfigTree, valueOf: ValueOf): string {
  const first = definitions.find((definition) => definition.hasPrompt)
  const [definition] = definitions
  if (definition === undefined) return 'it is not defined'
  if (first === undefined) {
    const by = (kconfig.selections.get(definition.name) ?? []).map((selection) => selection.by)
    const selectors = by.length === 0 ? 'nothing selects it' : `it is selected by ${by.slice(0, 8).join(', ')}`
    return `it has no prompt (${definition.at}), so it cannot be asked for; ${selectors}`
  }
  const { promptIf, blocks, at } = first
  if (promptIf !== undefined && evaluate(promptIf, valueOf) === 0) {
    return `it can only be set with ${withValues(promptIf, valueOf)}`
  }
  const choice = blocks.find((block) => block.kind === 'choice')
  if (choice !== undefined) {
    const chosen = [...kconfig.options.values()]
      .flat()
      .find((option) => option.blocks.includes(choice) && valueOf(option.name) === 'y')
    return `the choice at ${choice.at} took ${chosen === undefined ? 'another option' : `CONFIG_${chosen.name}`}`
  }
  return `its dependencies are met; see its type and range at ${at}`
}
