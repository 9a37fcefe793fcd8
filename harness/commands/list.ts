// gmemtest list: what there is to run, and what it covers.
import { readFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { exitCodes, UsageError } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import { listKernelDefinitions, loadKernelDefinition } from '../kernel/definition/load-definition.ts'
import { loadScenarios, type NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import { listScenarioFiles } from '../suites/scenarios/scenario-files.ts'
import { select } from '../base/select.ts'
import { catalogues, coverageTable, uncovered } from '../suites/scenarios/coverage.ts'
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
    .addOption(new Option('--kernels', 'list the kernel definitions instead').conflicts(['rules', 'bugs', 'check']))
    .addOption(new Option('--rules', 'print the table of rules instead').conflicts('bugs'))
    .option('--bugs', 'print the table of known bugs instead')
    .option('--check', 'with --rules or --bugs: print only what is wrong with it, and fail if anything is')
    .addHelpText('after', examples)
    .action(
      context.exitsWith(async (patterns: readonly string[], options: ListOptions) => {
        const table = tableOf(options)
        if (options.check === true) return await check(patterns, table, context)
        expectWholeTable(patterns, table)
        if (options.kernels === true) context.stdout.write(await kernelList(patterns))
        else if (table === undefined) context.stdout.write(scenarioList(await chosen(patterns)))
        else context.stdout.write(coverageTable(catalogues[table], await chosen([])))
        return exitCodes.ok
      }),
    )
}

type Table = keyof typeof catalogues

function tableOf({ rules, bugs }: ListOptions): Table | undefined {
  return rules === true ? 'rules' : bugs === true ? 'bugs' : undefined
}

/** Refuses a pattern for a table: with fewer scenarios, the file in docs/ would show rules without a scenario. */
function expectWholeTable([pattern]: readonly string[], table: Table | undefined): void {
  if (pattern === undefined || table === undefined) return
  throw new UsageError('USAGE', `--${table} prints the whole table, got the pattern '${pattern}'`, {
    hint: `gmemtest list --${table} | grep '${pattern}'`,
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

/** Every entry of the catalogue has a scenario or an exemption, and its table in docs/ is up to date. */
async function check(
  [pattern]: readonly string[],
  name: Table | undefined,
  { stderr }: CommandContext,
): Promise<number> {
  const hint = 'gmemtest list --rules --check, or gmemtest list --bugs --check'
  if (name === undefined) {
    throw new UsageError('USAGE', '--check needs --rules or --bugs beside it', { hint })
  }
  if (pattern !== undefined) {
    throw new UsageError('USAGE', `--check looks at all scenarios, got the pattern '${pattern}'`, { hint })
  }
  const catalogue = catalogues[name]
  const scenarios = await chosen([])
  const missing = uncovered(catalogue, scenarios)
  for (const [id, text] of missing) {
    stderr.write(`gmemtest: ${catalogue.kind} ${id} has neither a scenario nor an exemption: ${text}\n`)
  }
  const file = `docs/${name}.md`
  const found = await readFile(inProject(file), 'utf8').catch(() => '')
  const isStale = found !== coverageTable(catalogue, scenarios)
  if (isStale) {
    stderr.write(`gmemtest: ${file} is out of date\n  hint: ./gmemtest list --${name} > ${file}\n`)
  }
  return isStale || missing.length > 0 ? exitCodes.testFailed : exitCodes.ok
}

async function kernelList(patterns: readonly string[]): Promise<string> {
  const known = (await listKernelDefinitions()).map((name) => ({ name }))
  const names = select(known, patterns, 'kernel').map(({ name }) => name)
  const width = Math.max(0, ...names.map((name) => name.length))
  const definitions = await Promise.all(names.map((name) => loadKernelDefinition(name)))
  return definitions.map((definition) => `${definition.name.padEnd(width)}  ${definition.description}\n`).join('')
}
