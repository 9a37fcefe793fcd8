// gmemtest list: what there is to run, and what it covers.
import { Command } from 'commander'
import { exitCodes } from '../project/errors.ts'
import { listKernelDefinitions, loadKernelDefinition } from '../project/definition.ts'
import { loadScenarios, scenarioNames, selectNames } from '../scenario/load.ts'
import { ruleTable } from '../scenario/rule-table.ts'
import type { CommandContext } from './context.ts'

interface ListOptions {
  readonly kernels?: true
  readonly rules?: true
}

const examples = `
Examples:
  gmemtest list             all scenarios
  gmemtest list convert     those with "convert" in their names
  gmemtest list 'pin-*'     those whose whole name matches
  gmemtest list --kernels   the kernels that --kernel knows
  gmemtest list --rules     which scenarios check which rule, as Markdown`

/** The verb `list`. */
export function list(context: CommandContext): Command {
  return new Command('list')
    .description('List scenarios, kernels, or the rules and the scenarios that check them.')
    .argument('[pattern...]', 'part of a name, or a glob with * and ? for the whole name')
    .option('--kernels', 'list the kernel definitions instead')
    .option('--rules', 'print the table of rules instead')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (patterns: readonly string[], options: ListOptions) => {
        if (options.kernels === true) context.stdout.write(await kernelList())
        else context.stdout.write(await scenarioList(patterns, options.rules === true))
        return exitCodes.ok
      }),
    )
}

async function scenarioList(patterns: readonly string[], asRules: boolean): Promise<string> {
  const scenarios = await loadScenarios(selectNames(await scenarioNames(), patterns))
  if (asRules) return ruleTable(scenarios)
  const width = Math.max(0, ...scenarios.map((scenario) => scenario.name.length))
  return scenarios
    .map((scenario) => `${scenario.name.padEnd(width)}  ${scenario.title} [${scenario.rules.join(' ')}]\n`)
    .join('')
}

async function kernelList(): Promise<string> {
  const names = await listKernelDefinitions()
  const width = Math.max(0, ...names.map((name) => name.length))
  const definitions = await Promise.all(names.map((name) => loadKernelDefinition(name)))
  return definitions
    .map((definition) => `${definition.name.padEnd(width)}  ${definition.description}\n`)
    .join('')
}
