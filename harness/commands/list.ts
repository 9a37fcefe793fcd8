// gmemtest list: what there is to run, and what it covers.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Command, Option } from 'commander'
import { exitCodes, UsageError } from '../base/errors.ts'
import { inProject } from '../base/paths.ts'
import {
  defaultKernel,
  listKernelDefinitions,
  listOwnKernels,
  loadKernelDefinition,
} from '../kernel/definition/load-definition.ts'
import { plainText } from '../report/plain.ts'
import { loadEachScenario, loadScenarios, type NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import { findScenarioFiles, listScenarioFiles } from '../suites/scenarios/scenario-files.ts'
import { bugHoles } from '../suites/scenarios/bug-holes.ts'
import { ruleHoles, ruleTable } from '../suites/scenarios/rule-table.ts'
import { falseClaims, shownBy, type Proof } from '../suites/scenarios/proofs.ts'
import { mutantsOf } from '../campaigns/mutants/mutant-patches.ts'
import { select } from '../base/select.ts'
import { catalogues, coverageTable, uncovered } from '../suites/scenarios/coverage.ts'
import type { CommandContext } from './command-context.ts'
import { columnsOf, tableRow, widthOf } from './layout.ts'

interface ListOptions {
  readonly kernels?: true
  readonly rules?: true
  readonly bugs?: true
  readonly check?: true
  /** Another directory of scenarios; true for the usual one. */
  readonly scenarios?: string | true
}

const examples = `
A line is the name of a scenario, what it shows, and in brackets the rules that it checks (docs/rules.md).

Examples:
  gmemtest list                     all scenarios
  gmemtest list convert             those with "convert" in their names
  gmemtest list 'pinned-*'          those whose whole name matches
  gmemtest list --scenarios ./mine  those of another directory
  gmemtest list --kernels           the kernels that --kernel knows
  gmemtest list --rules             the scenarios of each rule, as Markdown
  gmemtest list --bugs              the scenarios of each known bug, and the mutants that prove it`

/** The verb `list`. */
export function list(context: CommandContext): Command {
  return new Command('list')
    .description('List scenarios, kernels, or the rules and the bugs with the scenarios for them.')
    .argument('[pattern...]', 'a name, a part of names, a glob with * and ?, or TOPIC/')
    .addOption(
      new Option('--scenarios [dir]', 'list the scenarios of DIR; without DIR, those of tests/scenarios').conflicts([
        'kernels',
        'rules',
        'bugs',
        'check',
      ]),
    )
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
        if (options.kernels === true) context.stdout.write(await kernelList(patterns, columnsOf(context.stdout)))
        else if (table === undefined) return await listScenarios(patterns, options, context)
        else context.stdout.write((await tableAndFaults(table)).text)
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

async function allScenarios(): Promise<NamedScenario[]> {
  return loadScenarios(await listScenarioFiles())
}

/** Prints the scenarios that patterns choose. A file that is no scenario has its error in the place of the title. */
async function listScenarios(
  patterns: readonly string[],
  { scenarios: directory }: ListOptions,
  { stdout, signal }: CommandContext,
): Promise<number> {
  const files = await findScenarioFiles(directory === true ? undefined : directory)
  const scenarios = await loadEachScenario(select(files, patterns, 'scenario'), signal)
  const width = Math.max(0, ...scenarios.map(({ name }) => widthOf(name)))
  for (const scenario of scenarios) {
    const text =
      'error' in scenario ? `ERROR: ${described(scenario.error)}` : `${scenario.title} [${scenario.rules.join(' ')}]`
    stdout.write(`${tableRow(plainText(scenario.name), width, plainText(text), columnsOf(stdout))}\n`)
  }
  return scenarios.some((scenario) => 'error' in scenario) ? exitCodes.testFailed : exitCodes.ok
}

function described({ message, hint }: UsageError): string {
  return hint === undefined ? message : `${message}; ${hint}`
}

/** Renders a table, and lists the entries without a scenario or an exemption, and the claims without a proof. */
async function tableAndFaults(name: Table): Promise<{ readonly text: string; readonly faults: readonly string[] }> {
  const catalogue = catalogues[name]
  const scenarios = await allScenarios()
  const missing = uncovered(catalogue, scenarios).map(
    ([id, text]) => `${catalogue.kind} ${id} has neither a scenario nor an exemption: ${text}`,
  )
  if (name === 'rules') {
    return { text: ruleTable(catalogue.heading, scenarios), faults: [...missing, ...ruleHoles(scenarios)] }
  }
  const proofs = await proofsOfMutants()
  const text = coverageTable(catalogue, scenarios, (id) => shownBy(id, scenarios, proofs))
  return { text, faults: [...missing, ...bugHoles(scenarios), ...falseClaims(scenarios, proofs)] }
}

/** Reads what the mutants of all kernels prove; kernels that share a series share its mutants. */
async function proofsOfMutants(): Promise<Proof[]> {
  const definitions = await Promise.all((await listKernelDefinitions()).map((name) => loadKernelDefinition(name)))
  const lists = await Promise.all(definitions.map((definition) => mutantsOf(definition)))
  const mutants = new Map(lists.flat().map((mutant) => [mutant.file, mutant]))
  return Array.from(mutants.values(), ({ name, file, bugs, claims }) => {
    const series = path.basename(path.dirname(path.dirname(file)))
    return {
      mutant: name,
      ...(series === defaultKernel ? {} : { series }),
      bugs,
      scenarios: claims.map(({ scenario }) => scenario),
    }
  })
}

/** Every entry has a scenario or an exemption, every claim has a proof, and the table in docs/ is up to date. */
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
  const { text, faults } = await tableAndFaults(name)
  for (const fault of faults) stderr.write(`gmemtest: ${fault}\n`)
  const file = `docs/${name}.md`
  const found = await readFile(inProject(file), 'utf8').catch(() => '')
  const isStale = found !== text
  if (isStale) {
    stderr.write(`gmemtest: ${file} is out of date\n  hint: ./gmemtest list --${name} > ${file}\n`)
  }
  return isStale || faults.length > 0 ? exitCodes.testFailed : exitCodes.ok
}

async function kernelList(patterns: readonly string[], columns: number | undefined): Promise<string> {
  const known = [...(await listKernelDefinitions()), ...(await listOwnKernels())].map((name) => ({ name }))
  const names = select(known, patterns, 'kernel').map(({ name }) => name)
  const width = Math.max(0, ...names.map((name) => name.length))
  const definitions = await Promise.all(names.map((name) => loadKernelDefinition(name)))
  return definitions.map(({ name, description }) => `${tableRow(name, width, description, columns)}\n`).join('')
}
