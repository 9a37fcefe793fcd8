// Chooses from named things by the patterns of a command line.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from './errors.ts'
import { nearest } from './nearest.ts'

/** A thing that patterns can choose. */
export interface Selectable {
  readonly name: string
  /** The folder that holds the thing, if folders sort these things. */
  readonly topic?: string
}

const kinds = {
  scenario: { code: 'SCENARIO_UNKNOWN', hint: 'gmemtest list prints all scenarios' },
  mutant: { code: 'MUTANT_UNKNOWN', hint: 'gmemtest mutants --list prints all mutants' },
  kernel: { code: 'KERNEL_UNKNOWN', hint: 'gmemtest list --kernels prints all kernels' },
} as const

/**
 * Returns the items that the patterns choose, each once, in the order of `items`; all items without a pattern.
 * A pattern that is a whole name chooses that item alone, as a path of its file does. A pattern with `*` or `?` must match a
 * whole name, `TOPIC/` all names of a topic, any other pattern a part of a name; `TOPIC/` before either of them chooses from
 * that topic alone.
 * @throws {UsageError} SCENARIO_UNKNOWN, MUTANT_UNKNOWN or KERNEL_UNKNOWN when a pattern chooses nothing; OPTION_VALUE
 * when a pattern is empty
 */
export function select<Item extends Selectable>(
  items: readonly Item[],
  patterns: readonly string[],
  what: keyof typeof kinds,
): Item[] {
  if (patterns.length === 0) return [...items]
  const chosen = new Set<Item>()
  for (const pattern of patterns) {
    if (pattern === '') {
      throw new UsageError('OPTION_VALUE', "a pattern must not be empty, got ''", {
        hint: 'leave the pattern out to choose all',
      })
    }
    const matches = matchesOf(pattern, items)
    if (matches.length === 0) {
      throw new UsageError(kinds[what].code, `no ${what} matches '${pattern}'`, { hint: hintFor(pattern, items, what) })
    }
    for (const item of matches) chosen.add(item)
  }
  return items.filter((item) => chosen.has(item))
}

function hintFor(pattern: string, items: readonly Selectable[], what: keyof typeof kinds): string {
  if (what === 'scenario' && pattern.endsWith('.ts') && existsSync(pattern)) return fromDirectoryOf(pattern)
  if (/^(?:[A-Z]|\d\.\d)-/.test(pattern) && what !== 'kernel') {
    return `docs/rules.md and docs/bugs.md name the scenarios and the mutants of '${pattern}'`
  }
  const near = nearest(pattern, wordsOf(pattern, items))
  return near.length > 0 ? `near it: ${near.join(', ')}` : kinds[what].hint
}

/** Returns the hint for a scenario file outside of the directory that is looked at. */
export function fromDirectoryOf(file: string): string {
  return `to run that file: --scenarios ${path.dirname(file)} ${path.basename(file, '.ts')}`
}

/** Returns the words that `pattern` may have been meant to be. */
function wordsOf(pattern: string, items: readonly Selectable[]): string[] {
  if (!pattern.endsWith('/')) return items.map(({ name }) => name)
  return [...new Set(items.flatMap(({ topic }) => (topic === undefined ? [] : [`${topic}/`])))]
}

function matchesOf<Item extends Selectable>(pattern: string, items: readonly Item[]): Item[] {
  // A path that a shell completes works too: tests/scenarios/TOPIC/ and tests/scenarios/TOPIC/NAME.ts.
  const base = path.basename(pattern)
  if (pattern.endsWith('/')) return items.filter(({ topic }) => topic === base)
  const named = items.filter(({ name }) => name === pattern)
  if (named.length > 0) return named
  const stem = base.replace(/\.(ts|patch)$/, '')
  const isFile = stem !== base
  const candidates = isFile ? items : items.filter(({ topic }) => isInFolder(pattern, topic))
  const exact = candidates.filter(({ name }) => name === stem)
  return exact.length > 0 ? exact : candidates.filter(matcherOf(stem, isFile))
}

/** Tells whether a thing of a topic can lie in the folder that a pattern names; things without topics have no folder. */
function isInFolder(pattern: string, topic: string | undefined): boolean {
  if (!pattern.includes('/') || topic === undefined) return true
  return path.basename(path.dirname(path.resolve(pattern))) === topic
}

/** A path of a file never matches a part of a name. */
function matcherOf(text: string, isFile: boolean): (item: Selectable) => boolean {
  if (!/[*?]/.test(text)) return ({ name }) => !isFile && name.includes(text)
  const source = text
    .replaceAll(/[$()+.[\\\]^{|}]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`)
  return ({ name }) => expression.test(name)
}
