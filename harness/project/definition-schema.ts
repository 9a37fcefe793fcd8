// The schema of kernel definitions, and where in the YAML file a mistake is.
import path from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { z } from 'zod'
import type { FragmentFile, KernelDefinition, KernelSource, SeriesPart } from './definition.ts'
import { UsageError } from './errors.ts'
import { nearest } from './near.ts'
import { inProject, projectRoot } from './paths.ts'

const word = z.string().trim().min(1)
// A leading dash would be taken for an option by git.
const notAnOption = word.regex(/^[^-]/, 'must not begin with a dash')

const sourceSchema = z.strictObject({
  debian: word.regex(/^[a-z0-9][a-z0-9.+-]+$/, 'must be the name of a Debian package').optional(),
  suite: word.regex(/^[a-z0-9][a-z0-9./+-]*$/, 'must be the name of an apt suite').optional(),
  tarball: word.optional(),
  sha256: word.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits').optional(),
  git: notAnOption.optional(),
  ref: notAnOption.optional(),
  dir: word.optional(),
})
const seriesShape = 'a name in kernel-configs/series, a path, or {git: REPOSITORY, range: A..B}'
const seriesSchema = z.union(
  [word, z.strictObject({ git: notAnOption, range: notAnOption.regex(/\.\./, 'must be A..B') })],
  `must be ${seriesShape}`,
)
const definitionSchema = z.strictObject({
  description: word,
  source: sourceSchema,
  series: z.array(seriesSchema).default([]),
  fragments: z.array(word).min(1),
  dialect: z.enum(['convert-ioctl', 'gmem-attributes', 'vm-attributes']),
  expectSkips: z.record(z.string(), word).default({}),
  slowdown: z.number().min(1).max(100).default(1),
})

type Parsed = z.infer<typeof definitionSchema>
/** The keys that lead to it, the outermost first. */
export type Place = readonly PropertyKey[]

/** A mistake in the file: where, what, and what to do. */
interface Mistake {
  readonly at: Place
  /** The mistake is the key at that place, not its value. */
  readonly isKey?: boolean
  readonly message: string
  readonly hint?: string
}

/**
 * Checks the text of a definition.
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column of each mistake
 */
export function parseKernelDefinition(file: string, text: string): KernelDefinition {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const [summary = 'not YAML'] = syntax.message.split('\n')
    const { line, col } = counter.linePos(syntax.pos[0])
    // The parser repeats the position in its words; ours comes first, where editors look for it.
    const words = summary.replace(/ at line \d+, column \d+:$/, '')
    throw new UsageError('DEFINITION_INVALID', `${shown(file)}:${line}:${col}: ${words}`)
  }
  const content: unknown = document.toJS()
  const result = definitionSchema.safeParse(content)
  // A mistyped key first: the key that is missing then is the same mistake.
  const mistakes = (
    result.success
      ? mistakesOfMeaning(result.data)
      : result.error.issues.flatMap((issue) => mistakesOf(issue, document))
  ).toSorted((left, right) => Number(right.isKey ?? false) - Number(left.isKey ?? false))
  const lines = mistakes.map((mistake) => {
    const { line, col } = counter.linePos(offsetOf(document, mistake))
    return `${shown(file)}:${line}:${col}: ${mistake.message}`
  })
  const [first, ...others] = lines
  if (result.success && first === undefined) return resolved(file, result.data)
  const hint = mistakes[0]?.hint
  throw new UsageError('DEFINITION_INVALID', first ?? `${shown(file)} is not a kernel definition`, {
    ...(hint === undefined ? {} : { hint }),
    tail: others,
  })
}

/** Where in the text of a definition something is, as editors have it: `FILE:LINE:COLUMN`. */
export function placeInDefinition(file: string, text: string, at: Place): string {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter })
  const { line, col } = counter.linePos(offsetOf(document, { at }))
  return `${shown(file)}:${line}:${col}`
}

function shown(file: string): string {
  const inside = path.relative(projectRoot, file)
  return inside.startsWith('..') ? file : inside
}

function keysAt(place: Place): string[] {
  return Object.keys(place[0] === 'source' ? sourceSchema.shape : definitionSchema.shape)
}

function mistakesOf(issue: z.core.$ZodIssue, document: Document.Parsed): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const [near] = nearest(key, keysAt(issue.path))
      const all = `the keys here are ${keysAt(issue.path).join(', ')}`
      return {
        at: [...issue.path, key],
        isKey: true,
        message: `there is no key '${key}'`,
        hint: near === undefined ? all : `did you mean '${near}'? ${all}`,
      }
    })
  }
  const name = issue.path.join('.')
  if (name !== '' && !document.hasIn(issue.path)) return [{ at: issue.path, message: `${name} is missing` }]
  if (name === '') return [{ at: issue.path, message: `a definition must be a mapping: ${issue.message}` }]
  const given: unknown = document.getIn(issue.path)
  const value = typeof given === 'object' ? '' : `, got ${JSON.stringify(given)}`
  return [{ at: issue.path, message: `${name}: ${issue.message}${value}` }]
}

const companions = {
  debian: { required: [], allowed: ['suite'] },
  tarball: { required: ['sha256'], allowed: [] },
  git: { required: ['ref'], allowed: [] },
  dir: { required: [], allowed: [] },
} as const satisfies Record<KernelSource['kind'], { required: readonly string[]; allowed: readonly string[] }>

/** What the shape alone cannot say: one kind of source, with all that belongs to it and nothing else. */
function mistakesOfMeaning({ source }: Parsed): Mistake[] {
  const given = Object.keys(source)
  const kinds = given.filter((key) => Object.hasOwn(companions, key))
  const kind = kindOf(source)
  if (kind === undefined || kinds.length !== 1) {
    const found = kinds.length === 0 ? 'none' : kinds.join(' and ')
    return [{ at: ['source'], message: `source must have one of debian, tarball, git and dir, got ${found}` }]
  }
  const { required, allowed } = companions[kind]
  const expected = new Set<string>([kind, ...required, ...allowed])
  return [
    ...required
      .filter((key) => !given.includes(key))
      .map((key) => ({ at: ['source', kind], message: `source: ${kind} needs ${key} beside it` })),
    ...given
      .filter((key) => !expected.has(key))
      .map((key) => ({
        at: ['source', key],
        isKey: true,
        message: `source: ${key} does not go with ${kind}`,
      })),
  ]
}

function kindOf(source: Parsed['source']): KernelSource['kind'] | undefined {
  if (source.debian !== undefined) return 'debian'
  if (source.tarball !== undefined) return 'tarball'
  if (source.git !== undefined) return 'git'
  return source.dir === undefined ? undefined : 'dir'
}

/** The place in the text of a mistake; of the nearest thing around it when it is about something that is not there. */
function offsetOf(document: Document.Parsed, mistake: Pick<Mistake, 'at' | 'isKey'>): number {
  for (let length = mistake.at.length; length > 0; length -= 1) {
    const place = mistake.at.slice(0, length)
    const parent = document.getIn(place.slice(0, -1), true)
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && item.key.value === place.at(-1))
      : undefined
    const node = pair !== undefined && mistake.isKey === true ? pair.key : document.getIn(place, true)
    const offset = rangeStart(node) ?? rangeStart(pair?.key)
    if (offset !== undefined) return offset
  }
  return document.contents?.range[0] ?? 0
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range))
    return undefined
  const start: unknown = node.range[0]
  return typeof start === 'number' ? start : undefined
}

function resolved(file: string, parsed: Parsed): KernelDefinition {
  const base = path.dirname(file)
  return {
    name: path.basename(file).replace(/\.ya?ml$/, ''),
    description: parsed.description,
    file,
    source: sourceOf(parsed.source, base),
    series: parsed.series.map((part) => seriesPart(part, base)),
    fragments: parsed.fragments.map((name) => fragmentFile(name, base)),
    dialect: parsed.dialect,
    expectSkips: parsed.expectSkips,
    slowdown: parsed.slowdown,
  }
}

/** `https://…`, `file://…` and `host:path` are not paths of this machine. */
function isRemote(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^[\w.@-]+:/.test(location)
}

function locationOf(location: string, base: string): string {
  if (location.startsWith('file://')) return decodeURIComponent(new URL(location).pathname)
  return isRemote(location) ? location : path.resolve(base, location)
}

function sourceOf(source: Parsed['source'], base: string): KernelSource {
  if (source.debian !== undefined) {
    return source.suite === undefined
      ? { kind: 'debian', package: source.debian }
      : { kind: 'debian', package: source.debian, suite: source.suite }
  }
  if (source.tarball !== undefined) {
    return { kind: 'tarball', location: locationOf(source.tarball, base), sha256: source.sha256 ?? '' }
  }
  if (source.git !== undefined) {
    return { kind: 'git', location: locationOf(source.git, base), ref: source.ref ?? '' }
  }
  return { kind: 'dir', path: path.resolve(base, source.dir ?? '') }
}

function seriesPart(part: Parsed['series'][number], base: string): SeriesPart {
  if (typeof part !== 'string') {
    return { kind: 'git', name: part.range, repository: path.resolve(base, part.git), range: part.range }
  }
  const isName = !part.includes('/') && !part.endsWith('.mbox')
  return {
    kind: 'path',
    name: path.basename(part),
    path: isName ? inProject('kernel-configs/series', part) : path.resolve(base, part),
  }
}

function fragmentFile(name: string, base: string): FragmentFile {
  const isName = !name.includes('/') && !name.endsWith('.config')
  return {
    name: path.basename(name, '.config'),
    path: isName ? inProject('kernel-configs/fragments', `${name}.config`) : path.resolve(base, name),
  }
}
