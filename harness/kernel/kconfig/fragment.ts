// Reads Kconfig fragments: their requests, each with its line.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { FragmentFile } from '../definition/definition.ts'
import { UsageError } from '../../base/errors.ts'
import { tryNearest } from '../../base/nearest.ts'
import { shownPath } from '../../base/paths.ts'
import { isMissing } from '../../cache/atomic-file.ts'

/** One requested option. */
export interface Request {
  /** Without the CONFIG_ prefix. */
  readonly name: string
  /** As in .config: `y`, `21`, `"text"`; `n` for `# CONFIG_X is not set`. */
  readonly value: string
  /** `FILE:LINE`. */
  readonly at: string
  /** A tree without the option need not grant it: the feature may be always on, or not exist yet. */
  readonly ifKnown?: true
}

/**
 * Reads the fragments in order.
 * @throws {UsageError} FRAGMENT_UNKNOWN, FRAGMENT_INVALID; FRAGMENTS_CONFLICT when two lines want different values
 */
export async function readFragments(files: readonly FragmentFile[]): Promise<Request[]> {
  const requests = await Promise.all(files.map(readFragment))
  return merged(requests.flat())
}

async function readFragment(file: FragmentFile): Promise<Request[]> {
  const text = await readFile(file.path, 'utf8').catch(async (error: unknown) => {
    if (!isMissing(error)) throw error
    const place = path.dirname(file.path)
    const others = await readdir(place).catch((): string[] => [])
    const names = others.filter((name) => name.endsWith('.config')).map((name) => path.basename(name, '.config'))
    const all =
      names.length === 0 ? `there is no *.config in ${place}` : `the fragments in ${place} are ${names.join(', ')}`
    const hint = tryNearest(file.name, names, all)
    throw new UsageError('FRAGMENT_UNKNOWN', `there is no fragment ${file.path}`, { hint })
  })
  return parseFragment(file.path, text)
}

const setLine = /^CONFIG_(\w+)=([ymn]|-?\d+|0x[0-9a-fA-F]+|"(?:[^"\\]|\\.)*")\s*(# where the tree has it)?\s*$/

/** @throws {UsageError} FRAGMENT_INVALID for a line that is neither an option nor a comment */
export function parseFragment(file: string, text: string): Request[] {
  return text.split('\n').flatMap((line, index): Request[] => {
    const at = `${shownPath(file)}:${index + 1}`
    const off = /^# CONFIG_(\w+) is not set$/.exec(line)
    if (off?.[1] !== undefined) return [{ name: off[1], value: 'n', at }]
    if (/^\s*(#.*)?$/.test(line)) return []
    const [, name, value, ifKnown] = setLine.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      return [{ name, value, at, ...(ifKnown === undefined ? {} : { ifKnown: true }) }]
    }
    throw new UsageError('FRAGMENT_INVALID', `${at}: '${line.trim()}' is not an option`, {
      hint:
        'write CONFIG_NAME=y, CONFIG_NAME=21, CONFIG_NAME="text" or # CONFIG_NAME is not set; with ' +
        "'# where the tree has it' behind it for an option that not all trees have",
    })
  })
}

function merged(requests: readonly Request[]): Request[] {
  const byName = new Map<string, Request>()
  for (const request of requests) {
    const before = byName.get(request.name)
    if (before !== undefined && before.value !== request.value) {
      throw new UsageError(
        'FRAGMENTS_CONFLICT',
        `CONFIG_${request.name} is asked for twice: '${before.value}' at ${before.at}, '${request.value}' at ${request.at}`,
        { hint: 'remove one of the lines, or one of the fragments from the definition' },
      )
    }
    if (before === undefined) byName.set(request.name, request)
  }
  return [...byName.values()]
}

/** Returns the line of a .config for a request. */
export function configLine({ name, value }: Pick<Request, 'name' | 'value'>): string {
  return value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`
}

/** Returns the requests without order, comments and files: part of the key of a build. */
export function requestedConfig(requests: readonly Request[]): string {
  return requests.map(configLine).toSorted().join('\n')
}

/** Returns the options that a .config sets, without the CONFIG_ prefix. */
export function parseConfig(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(/^CONFIG_(\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value]))
}
