// gmemtest list: what there is to run, and what it covers.
import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { exitCodes, UsageError } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import { listKernelDefinitions, loadKernelDefinition } from '../kernel/definition/load-definition.ts'
import { loadScenarios } from '../suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../suites/scenarios/scenario-files.ts'
import { select } from '../base/select.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import { bugTable, unansweredBugs } from '../suites/scenarios/bug-table.ts'
import { bugs } from '../catalogue/bugs.ts'
import { ruleTable, uncheckedRules } from '../suites/scenarios/rule-table.ts'
import { rules } from '../catalogue/rules.ts'
import type { CommandContext } from './command-context.ts'

interface ListOptions {
  readonly kernels?: true
  readonly rules?: true
  readonly bugs?: true
  readonly check?: true
}

const examples = `
A line is the name of a scenario, what it shows, and in brackets the rules that it checks (docs/rules.md).

Examples:
  gmemtest list             all scenarios
  gmemtest list convert     those with "convert" in their names
  gmemtest list 'pinned-*'  those whose whole name matches
  gmemtest list --kernels   the kernels that --kernel knows, or those of a pattern
  gmemtest list --rules     which scenarios check which rule, as Markdown
  gmemtest list --bugs      which scenarios would notice which known bug`

/** The verb `list`. */
export function list(context: CommandContext): Command {
  return new Command('list')
    .description('List scenarios, kernels, or the rules and the bugs with the scenarios for them.')
    .argument('[pattern...]', 'part of a name, or a glob with * and ? for the whole name')
    .addOption(
      new Option('--kernels', 'list the kernel definitions instead').conflicts(['rules', 'bugs', 'check']),
    )
    .addOption(new Option('--rules', 'print the table of rules instead').conflicts('bugs'))
    .option('--bugs', 'print the table of known bugs instead')
    .option('--check', 'with --rules or --bugs: print only what is wrong with it, and fail if anything is')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (patterns: readonly string[], options: ListOptions) => {
        if (options.check === true) return await check(patterns, options, context)
        expectWholeTable(patterns, options)
        if (options.kernels === true) context.stdout.write(await kernelList(patterns))
        else if (options.rules === true) context.stdout.write(ruleTable(await chosen([])))
        else if (options.bugs === true) context.stdout.write(bugTable(await chosen([])))
        else context.stdout.write(scenarioList(await chosen(patterns)))
        return exitCodes.ok
      }),
    )
}

/** The tables go to docs/: without some of the scenarios, they would say that nobody checks a rule. */
function expectWholeTable([pattern]: readonly string[], options: ListOptions): void {
  const option = options.rules === true ? '--rules' : options.bugs === true ? '--bugs' : undefined
  if (pattern === undefined || option === undefined) return
  throw new UsageError('USAGE', `${option} prints the whole table, got the pattern '${pattern}'`, {
    hint: `gmemtest list ${option} | grep '${pattern}'`,
  })
}

async function chosen(patterns: readonly string[]): Promise<NamedScenario[]> {
  return loadScenarios(select(await listScenarioFiles(), patterns, 'scenario'))
}

function scenarioList(scenarios: readonly NamedScenario[]): string {
  const width = Math.max(0, ...scenarios.map((scenario) => scenario.name.length))
  return scenarios
    .map((scenario) => `${scenario.name.padEnd(width)}  ${scenario.title} [${scenario.rules.join(' ')}]\n`)
    .join('')
}

async function check(
  patterns: readonly string[],
  options: ListOptions,
  context: CommandContext,
): Promise<number> {
  const hint = 'gmemtest list --rules --check, or gmemtest list --bugs --check'
  if (options.rules !== true && options.bugs !== true) {
    throw new UsageError('USAGE', '--check needs --rules or --bugs beside it', { hint })
  }
  if (patterns.length > 0) {
    throw new UsageError('USAGE', `--check looks at all scenarios, got the pattern '${patterns[0]}'`, {
      hint,
    })
  }
  return options.bugs === true ? checkBugs(context) : checkRules(context)
}

/** Every rule in scope has a scenario, and docs/rules.md is up to date. */
async function checkRules(context: CommandContext): Promise<number> {
  const scenarios = await chosen([])
  const unchecked = uncheckedRules(scenarios)
  for (const id of unchecked) {
    context.stderr.write(`gmemtest: no scenario checks rule ${id}: ${rules[id]}\n`)
  }
  const isStale = await isOutOfDate('rules', ruleTable(scenarios), context)
  return isStale || unchecked.length > 0 ? exitCodes.scenarioFailed : exitCodes.ok
}

/** Every bug has a scenario or a reason why not, and docs/bugs.md is up to date. */
async function checkBugs(context: CommandContext): Promise<number> {
  const scenarios = await chosen([])
  const unanswered = unansweredBugs(scenarios)
  for (const id of unanswered) {
    context.stderr.write(
      `gmemtest: bug ${id} has neither a scenario nor a reason why it has none: ${bugs[id]}\n`,
    )
  }
  const isStale = await isOutOfDate('bugs', bugTable(scenarios), context)
  return isStale || unanswered.length > 0 ? exitCodes.scenarioFailed : exitCodes.ok
}

async function isOutOfDate(name: 'rules' | 'bugs', table: string, context: CommandContext): Promise<boolean> {
  const file = `docs/${name}.md`
  if (table === (await readFile(inProject(file), 'utf8').catch(() => ''))) return false
  context.stderr.write(`gmemtest: ${file} is out of date\n  hint: ./gmemtest list --${name} > ${file}\n`)
  return true
}

async function kernelList(patterns: readonly string[]): Promise<string> {
  const known = (await listKernelDefinitions()).map((name) => ({ name }))
  const names = select(known, patterns, 'kernel').map(({ name }) => name)
  const width = Math.max(0, ...names.map((name) => name.length))
  const definitions = await Promise.all(names.map((name) => loadKernelDefinition(name)))
  return definitions
    .map((definition) => `${definition.name.padEnd(width)}  ${definition.description}\n`)
    .join('')
}
