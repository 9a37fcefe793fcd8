// Finds scenario files and picks those that were asked for; a scenario's name is its file's name.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Console } from 'node:console'
import { messageOf, UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { inProject } from '../../base/paths.ts'
import type { Scenario } from './scenario.ts'

/** A scenario with the name that its file gives it. */
export interface NamedScenario extends Scenario {
  readonly name: string
  /** The absolute path of the file. */
  readonly file: string
}

const scenarioDirectory = inProject('tests/scenarios')

/**
 * The names of all scenarios, in alphabetical order.
 * @throws {UsageError} SCENARIOS_MISSING when there is no such directory, or nothing in it
 */
export async function scenarioNames(directory: string = scenarioDirectory): Promise<string[]> {
  const files = await readdir(directory).catch((cause: unknown) => {
    throw new UsageError(
      'SCENARIOS_MISSING',
      `cannot read the scenarios in ${directory}: ${messageOf(cause)}`,
      { cause },
    )
  })
  const names = files.filter((file) => file.endsWith('.ts')).map((file) => path.basename(file, '.ts'))
  if (names.length === 0) {
    throw new UsageError('SCENARIOS_MISSING', `there is no scenario in ${directory}`, {
      hint: 'a scenario is a file NAME.ts directly in that directory (docs/scenarios.md)',
    })
  }
  return names.toSorted()
}

/**
 * The names that the patterns choose, each once, in alphabetical order; all names without a pattern.
 * A pattern with `*` or `?` must match a whole name, any other one a part of it.
 * @throws {UsageError} SCENARIO_UNKNOWN, MUTANT_UNKNOWN or KERNEL_UNKNOWN, when a pattern chooses nothing; OPTION_VALUE when one is empty
 */
export function selectNames(
  names: readonly string[],
  patterns: readonly string[],
  what: keyof typeof unknown = 'scenario',
): string[] {
  if (patterns.length === 0) return [...names]
  const chosen = new Set<string>()
  for (const pattern of patterns) {
    if (pattern === '') {
      throw new UsageError('OPTION_VALUE', "a pattern must not be empty, got ''", {
        hint: 'leave it out to take all',
      })
    }
    const matches = names.filter(matcherOf(pattern))
    if (matches.length === 0) {
      const near = nearest(pattern, names)
      throw new UsageError(unknown[what].code, `no ${what} matches '${pattern}'`, {
        hint: near.length > 0 ? `near it: ${near.join(', ')}` : unknown[what].hint,
      })
    }
    for (const name of matches) chosen.add(name)
  }
  return names.filter((name) => chosen.has(name))
}

const unknown = {
  scenario: { code: 'SCENARIO_UNKNOWN', hint: 'gmemtest list prints all scenarios' },
  mutant: { code: 'MUTANT_UNKNOWN', hint: 'gmemtest mutants --list prints all mutants' },
  kernel: { code: 'KERNEL_UNKNOWN', hint: 'gmemtest list --kernels prints all kernels' },
} as const

function matcherOf(pattern: string): (name: string) => boolean {
  // What a shell completes is welcome too: tests/scenarios/NAME.ts.
  const text = path.basename(pattern).replace(/\.(ts|patch)$/, '')
  if (!/[*?]/.test(text)) return (name) => name.includes(text)
  const source = text
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`)
  return (name) => expression.test(name)
}

const api = inProject('harness/api.ts')

function notLoaded(file: string, cause: unknown): UsageError {
  if (cause instanceof UsageError) {
    const { hint } = cause
    return new UsageError(cause.code, `${file}: ${cause.message}`, {
      cause,
      ...(hint === undefined ? {} : { hint }),
    })
  }
  const isLost = /Cannot find module '.*harness\/api\.ts'/.test(messageOf(cause))
  const hint = isLost ? `import from '${api}', the api of this gmemtest` : String(cause)
  return new UsageError('SCENARIO_INVALID', `${file} cannot be loaded`, { cause, hint })
}

/**
 * Loads scenarios by their names, in that order. From then on, `console` prints on the standard error.
 * @throws {UsageError} SCENARIO_INVALID when a file is not a scenario
 */
export async function loadScenarios(
  names: readonly string[],
  directory: string = scenarioDirectory,
): Promise<NamedScenario[]> {
  // Late: names are looked up before the guest boots, scenarios are loaded while it does.
  const { isScenario, problemsOf } = await import('./validate.ts')
  // What a scenario prints to find a bug is no test point.
  globalThis.console = new Console(process.stderr)
  return Promise.all(
    names.map(async (name) => {
      const file = path.resolve(directory, `${name}.ts`)
      const module: unknown = await import(pathToFileURL(file).href).catch((cause: unknown) => {
        throw notLoaded(file, cause)
      })
      const found =
        typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
      if (!isScenario(found)) {
        throw new UsageError('SCENARIO_INVALID', `${file} is not a scenario`, {
          hint: 'its default export must be scenario({ title, rules, run })',
        })
      }
      const problems = problemsOf(found)
      if (problems.length > 0) {
        throw new UsageError('SCENARIO_INVALID', `${file}: ${problems.join('; ')}`, {
          hint: 'docs/scenarios.md lists what a scenario may say about itself',
        })
      }
      return { ...found, name, file }
    }),
  )
}
