// The schema of kernel definitions, and where in the YAML file a mistake is.
import path from 'node:path'
import { z } from 'zod'
import { allowanceKeys, allowanceSchema } from './allowances.ts'
import { isolations } from './definition.ts'
import type { FragmentFile, KernelDefinition, KernelSource, SeriesPart } from './definition.ts'
import { inProject } from '../../base/paths.ts'
import { readYaml } from '../../base/yaml-file.ts'
import type { Mistake, Place } from '../../base/yaml-file.ts'

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
  isolation: z.enum(isolations).default('vm'),
  allow: z.array(allowanceSchema).default([]),
})

type Parsed = z.infer<typeof definitionSchema>
/**
 * Checks the text of a definition.
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column of each mistake
 */
export function parseKernelDefinition(file: string, text: string): KernelDefinition {
  return resolved(
    file,
    readYaml(file, text, {
      schema: definitionSchema,
      code: 'DEFINITION_INVALID',
      what: 'a kernel definition',
      keysAt,
      mistakesIn: mistakesOfMeaning,
    }),
  )
}

function keysAt(place: Place): string[] {
  if (place[0] === 'allow') return [...allowanceKeys]
  return Object.keys(place[0] === 'source' ? sourceSchema.shape : definitionSchema.shape)
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
    isolation: parsed.isolation,
    allow: parsed.allow,
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
