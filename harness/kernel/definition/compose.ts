// A definition from words of the command line, alone or on top of another definition.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { dialectChoices, type DialectChoice } from '../../uapi/dialect.ts'
import type { WrittenDefinition } from './definition-schema.ts'
import { fragmentFile, namedFragments, namedSeries, seriesPart, sourceOf } from './definition-paths.ts'
import type { KernelDefinition, SeriesPart } from './definition.ts'
import { sourceWord } from './source-word.ts'

/** What the command line says about a kernel beside the name of a definition. */
export interface KernelWords {
  readonly source?: string
  readonly series?: readonly string[]
  readonly fragment?: readonly string[]
  readonly dialect?: DialectChoice
  /** Prerequisites that the source has. */
  readonly inSource?: readonly string[]
  /** Patches that do not fit as they are may be merged. */
  readonly threeWay?: boolean
}

/** The words for a dialect. */
export const dialectWords = dialectChoices

/** The fragments of a kernel without a definition: those of which all scenarios can run. */
const usualFragments = ['base', 'health', 'debug-info', 'gup-test', 'fault-injection', 'hugetlb', 'numa'] as const

/** Returns whether words change the definition. */
export function hasWords({ source, series, fragment, dialect, inSource, threeWay }: KernelWords): boolean {
  return [source, series, fragment, dialect, inSource, threeWay].some((word) => word !== undefined)
}

/**
 * Returns the definition that words alone give, as a file would have it; its paths are absolute.
 * @throws {UsageError} SOURCE_MISSING without a source, SOURCE_WORD, SERIES_WORD
 */
export function writtenOf(words: KernelWords, base: string): WrittenDefinition {
  const { source, series = [], fragment = [], dialect = 'auto', inSource, threeWay } = words
  if (source === undefined) {
    const what =
      series[0] === undefined
        ? 'a kernel needs a source'
        : `--series ${series[0]} needs the source that it is applied to`
    throw new UsageError('SOURCE_MISSING', what, {
      hint: '--source git:URL#REF, --source debian:linux-source-6.12, or --kernel NAME for the source and series of a definition',
    })
  }
  const written = sourceWord(source)
  return {
    description: [...series, `on ${source}`].join(' '),
    source: written.debian === undefined ? absoluteSource(written, base) : written,
    series: series.map((word) => absoluteSeries(word, base)),
    fragments: [...usualFragments, ...fragment.map((word) => absoluteFragment(word, base))],
    dialect,
    parameters: [],
    expectSkips: {},
    slowdown: 1,
    isolation: 'vm',
    allow: [],
    ...(inSource === undefined ? {} : { inSource: [...inSource] }),
    ...(threeWay === true ? { threeWay } : {}),
  }
}

/** Returns a definition with words on top of it. */
export function withWords(definition: KernelDefinition, words: KernelWords, base: string): KernelDefinition {
  const { series = [], fragment = [], dialect, inSource = [], threeWay } = words
  const parts = seriesWords(series, base)
  const name = [definition.name, ...parts.map(stemOf)].join('+').slice(0, longestName)
  return {
    ...definition,
    name,
    series: [...definition.series, ...parts],
    fragments: [...definition.fragments, ...fragment.map((word) => fragmentFile(absoluteFragment(word, base), base))],
    ...(dialect === undefined ? {} : { dialect }),
    inSource: [...(definition.inSource ?? []), ...inSource],
    threeWay: definition.threeWay === true || threeWay === true,
  }
}

const longestName = 80

/** Returns the name of the kernel that words describe: that of its series, or of its source. */
export function composedName({ source, series }: WrittenDefinition, base: string): string {
  const parts = series.map((part) => stemOf(seriesPart(part, base)))
  if (parts.length > 0) return parts.join('+').slice(0, longestName)
  const place = source.git ?? source.dir ?? source.tarball ?? source.debian ?? ''
  return wordOf([path.basename(place).replace(/\.git$/, ''), source.ref ?? ''].filter((word) => word !== '').join('-'))
}

function stemOf(part: SeriesPart): string {
  if (part.kind === 'mail') return wordOf(part.messageId.replace(/@.*/, ''))
  if (part.kind === 'git') return wordOf(part.range.replace(/^.*\.\./, '') || 'head')
  return wordOf(part.name.replace(/(?:\.\w+)?\.gz$|\.\w+$/i, ''))
}

/** Returns a word that a kernel may have as its name. */
function wordOf(text: string): string {
  const word = text.replaceAll(/[^\w.+-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return word === '' ? 'kernel' : word.slice(0, longestName)
}

function absoluteSource(source: WrittenDefinition['source'], base: string): WrittenDefinition['source'] {
  const found = sourceOf(source, base)
  if (found.kind === 'git') return { git: found.location, ref: found.ref }
  if (found.kind === 'tarball') return { tarball: found.location, sha256: found.sha256 }
  return found.kind === 'dir' ? { dir: found.path } : source
}

/** Reads words of the command line for the parts of a series. */
export function seriesWords(words: readonly string[], base: string): SeriesPart[] {
  return words.map((word) => partOf(word, base))
}

/** Reads a word of the command line: unlike in a definition, a path beside the user needs no slash. */
function partOf(word: string, base: string): SeriesPart {
  const isNamed = !word.includes('/') && existsSync(path.join(namedSeries, word))
  const isHere = !isNamed && existsSync(path.resolve(base, word))
  return seriesPart(isHere ? path.resolve(base, word) : word, base)
}

function absoluteSeries(word: string, base: string): WrittenDefinition['series'][number] {
  const part = partOf(word, base)
  if (part.kind === 'git') return { git: part.repository, range: part.range }
  if (part.kind === 'mail') return part.name
  return path.dirname(part.path) === namedSeries ? part.name : part.path
}

function absoluteFragment(word: string, base: string): string {
  if (word.includes('/') || !existsSync(path.resolve(base, word))) return fragmentWord(word, base)
  return existsSync(path.join(namedFragments, `${word}.config`)) ? word : path.resolve(base, word)
}

function fragmentWord(word: string, base: string): string {
  return word.includes('/') || word.endsWith('.config') ? fragmentFile(word, base).path : word
}
