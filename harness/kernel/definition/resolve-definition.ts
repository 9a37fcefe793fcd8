// Resolves the names and paths of a checked definition. It is separate from the schema, which takes long to load.
import path from 'node:path'
import { inProject } from '../../base/paths.ts'
import type { WrittenDefinition } from './definition-schema.ts'
import type { FragmentFile, KernelDefinition, KernelSource, SeriesPart } from './definition.ts'

/** Resolves a checked definition from this file: names become paths of this checkout, and relative paths absolute ones. */
export function resolveDefinition(file: string, parsed: WrittenDefinition): KernelDefinition {
  const base = path.dirname(file)
  return {
    ...parsed,
    name: path.basename(file).replace(/\.ya?ml$/, ''),
    file,
    source: sourceOf(parsed.source, base),
    series: parsed.series.map((part) => seriesPart(part, base)),
    fragments: parsed.fragments.map((name) => fragmentFile(name, base)),
  }
}

/** Returns whether a location is not a path of this computer: `https://…`, `file://…` or `host:path`. */
function isRemote(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^[\w.@-]+:/.test(location)
}

function locationOf(location: string, base: string): string {
  if (location.startsWith('file://')) return decodeURIComponent(new URL(location).pathname)
  return isRemote(location) ? location : path.resolve(base, location)
}

function sourceOf(source: WrittenDefinition['source'], base: string): KernelSource {
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

function seriesPart(part: WrittenDefinition['series'][number], base: string): SeriesPart {
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
