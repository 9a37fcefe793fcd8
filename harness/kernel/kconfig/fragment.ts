// Reads Kconfig fragments: their requests, each with its line.
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { namedFragments } from '../definition/definition-paths.ts'
import type { FragmentFile } from '../definition/definition.ts'
import { InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { tryNearest } from '../../base/nearest.ts'
import { shownPath } from '../../base/paths.ts'
import { readTextFile } from '../../base/read-text-file.ts'
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
  const text = await readTextFile(file.path, 'a fragment of options').catch(async (error: unknown) => {
    if (error instanceof UsageError) throw error
    if (!isMissing(error)) {
      throw new InfraError('FRAGMENT_UNREADABLE', `cannot read the fragment ${file.path}: ${messageOf(error)}`, {
        cause: error,
        hint: 'name a file in fragments that this user may read',
      })
    }
    const place = path.dirname(file.path)
    const others = await readdir(place).catch((): string[] => [])
    const names = others.filter((name) => name.endsWith('.config')).map((name) => path.basename(name, '.config'))
    const known =
      names.length === 0 ? `there is no *.config in ${place}` : `the fragments in ${place} are ${names.join(', ')}`
    const all =
      place === namedFragments ? `for a file beside the definition write ./${file.name}.config; ${known}` : known
    const hint = tryNearest(file.name, names, all)
    throw new UsageError('FRAGMENT_UNKNOWN', `there is no fragment ${file.path}`, { hint })
  })
  return parseFragment(file.path, text)
}

const setLine = /^CONFIG_(\w+)=([ymn]|-?\d+|0x[0-9a-fA-F]+|"(?:[^"\\]|\\.)*")\s*(# where the tree has it)?\s*$/
const offLine = /^# CONFIG_(\w+) is not set\s*$/
/** A line that means `offLine`, but that kconfig reads as a comment. */
const almostOff = /^\s*#.*\bCONFIG_\w+\s+is\s+not\s+set\b|^\s*#\s*CONFIG_\w+\s+not\s+set\b/i

const usualHint =
  'write CONFIG_NAME=y, CONFIG_NAME=21, CONFIG_NAME="text" or # CONFIG_NAME is not set; with ' +
  "'# where the tree has it' behind it for an option that not all trees have"

/** What is wrong with a line that is no option, and the right form of the line. */
const slips: readonly (readonly [form: RegExp, hint: string])[] = [
  [/^\s+(?:# )?CONFIG_/, 'remove the blanks at the beginning of the line'],
  [/^CONFIG_\w+(?:\s+=|=\s+\S)/, "remove the blanks around '='"],
  [/^(?:CONFIG_\w+=.*\S|#.*is not set)\s+#/, 'move the comment to a line of its own'],
  [/^config_\w+=/i, 'write CONFIG_ and the name in capitals, and y, m or n in small letters'],
  [/^#/, 'write exactly: # CONFIG_NAME is not set'],
]

/** @throws {UsageError} FRAGMENT_INVALID for a line that is neither an option nor a comment, and for a file without option */
export function parseFragment(file: string, text: string): Request[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const requests = lines.flatMap((line, index): Request[] => {
    const at = `${shownPath(file)}:${index + 1}`
    const off = offLine.exec(line)?.[1]
    if (off !== undefined) return [{ name: off, value: 'n', at }]
    if (/^\s*(#.*)?$/.test(line) && !almostOff.test(line)) return []
    const [, name, value, ifKnown] = setLine.exec(line) ?? []
    if (name !== undefined && value !== undefined) {
      return [{ name, value, at, ...(ifKnown === undefined ? {} : { ifKnown: true }) }]
    }
    const hint = slips.find(([form]) => form.test(line))?.[1] ?? usualHint
    throw new UsageError('FRAGMENT_INVALID', `${at}: '${line.trim()}' is not an option`, { hint })
  })
  if (requests.length > 0) return requests
  throw new UsageError('FRAGMENT_INVALID', `${shownPath(file)} has no option`, {
    hint: 'write options into it, or remove it from the fragments of the definition',
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
    // A tree must have the option when one line says so.
    if (before === undefined || (before.ifKnown === true && request.ifKnown === undefined)) {
      byName.set(request.name, request)
    }
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
