// The schema of kernel definitions, and the places of mistakes in the YAML file.
import { z } from 'zod'
import { allowanceKeys, allowanceSchema } from './allowances.ts'
import { isolations, type KernelSource } from './definition.ts'
import { dialectChoices } from '../../uapi/dialect.ts'
import { readYaml, type Mistake, type Place } from '../../base/yaml/yaml-file.ts'

const word = z.string().trim().min(1)
const pathWord = word.regex(/^(?!~[^/])/, "must be a path; only '~/' stands for a home directory")
// git would read a leading dash as an option.
const notAnOption = pathWord.regex(/^[^-]/, 'must not begin with a dash')

// The kernel separates words by spaces, and joins those within quotes.
const kernelWord = word.regex(/^[^\s"']+$/, 'must be one word of a kernel command line: no space, no quote')

const sourceSchema = z.strictObject({
  debian: word.regex(/^[a-z0-9][a-z0-9.+-]+$/, 'must be the name of a Debian package').optional(),
  suite: word.regex(/^[a-z0-9][a-z0-9./+-]*$/, 'must be the name of an apt suite').optional(),
  tarball: pathWord.optional(),
  sha256: word.regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits').optional(),
  git: notAnOption.optional(),
  ref: notAnOption.optional(),
  dir: pathWord.optional(),
})
const seriesShape =
  'a name in kernel-configs/series, a path, git+URL#A..B, a Message-ID, a link to one, or {git: REPOSITORY, range: A..B}'
const seriesSchema = z.union(
  [pathWord, z.strictObject({ git: notAnOption, range: notAnOption.regex(/\.\./, 'must be A..B') })],
  `must be ${seriesShape}`,
)
const definitionSchema = z.strictObject({
  description: word,
  source: sourceSchema,
  series: z.array(seriesSchema).default([]),
  fragments: z.array(pathWord).min(1),
  inSource: z.array(word).exactOptional(),
  threeWay: z.boolean().exactOptional(),
  dialect: z.enum(dialectChoices).default('auto'),
  parameters: z.array(kernelWord).default([]),
  expectSkips: z.record(z.string(), word).default({}),
  slowdown: z.number().min(1).max(100).default(1),
  isolation: z.enum(isolations).default('vm'),
  allow: z.array(allowanceSchema).default([]),
})

/** A definition as its file has it: checked, with the paths as they are written. */
export type WrittenDefinition = z.infer<typeof definitionSchema>

/**
 * Checks the text of a definition.
 * @throws {UsageError} DEFINITION_INVALID, with file, line and column of each mistake
 */
export function readDefinition(file: string, text: string): WrittenDefinition {
  return readYaml(file, text, {
    schema: definitionSchema,
    code: 'DEFINITION_INVALID',
    what: 'a kernel definition',
    keysAt,
    mistakesIn: mistakesOfMeaning,
  })
}

function keysAt(place: Place): string[] {
  if (place[0] === 'allow') return [...allowanceKeys]
  return Object.keys(place[0] === 'source' ? sourceSchema.shape : definitionSchema.shape)
}

const sourceKinds = ['debian', 'tarball', 'git', 'dir'] as const satisfies readonly KernelSource['kind'][]
const companions = {
  debian: { required: [], allowed: ['suite'] },
  tarball: { required: ['sha256'], allowed: [] },
  git: { required: ['ref'], allowed: [] },
  dir: { required: [], allowed: [] },
} as const satisfies Record<KernelSource['kind'], { required: readonly string[]; allowed: readonly string[] }>

/** Finds mistakes that the schema cannot express: a source must have one kind, with exactly the keys of that kind. */
function mistakesOfMeaning({ source }: WrittenDefinition): Mistake[] {
  const given = Object.keys(source)
  const kinds = sourceKinds.filter((key) => source[key] !== undefined)
  const [kind] = kinds
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
      .map((key) => ({ at: ['source', key], isKey: true, message: `source: ${key} does not go with ${kind}` })),
  ]
}
