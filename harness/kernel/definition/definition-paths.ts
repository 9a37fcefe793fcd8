// The paths in a kernel definition: names belong to this checkout, relative paths begin at the directory of the definition.
import path from 'node:path'
import { homeDirectory, inProject } from '../../base/paths.ts'
import type { WrittenDefinition } from './definition-schema.ts'
import type { FragmentFile, KernelSource, SeriesPart } from './definition.ts'
import { seriesWord } from './series-word.ts'

/** The directory of the series that a definition may name without a path. */
export const namedSeries: string = inProject('kernel-configs/series')

/** The directory of the fragments that a definition may name without a path. */
export const namedFragments: string = inProject('kernel-configs/fragments')

/** Returns whether a location is not a path of this computer: `https://…`, `file://…` or `host:path`. */
function isRemote(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) || /^[\w.@-]+:/.test(location)
}

function locationOf(location: string, base: string): string {
  if (location.startsWith('file://')) return decodeURIComponent(new URL(location).pathname)
  return isRemote(location) ? location : resolved(base, location)
}

/** Returns an absolute path; as in a shell, `~/` is the home directory of the user. */
function resolved(base: string, written: string): string {
  return written === '~' || written.startsWith('~/')
    ? path.join(homeDirectory(), written.slice(1))
    : path.resolve(base, written)
}

/** Returns the source that a definition in the directory `base` means. */
export function sourceOf(source: WrittenDefinition['source'], base: string): KernelSource {
  if (source.debian !== undefined) {
    const suite = source.suite === undefined ? {} : { suite: source.suite }
    return { kind: 'debian', package: source.debian, ...suite }
  }
  if (source.tarball !== undefined) {
    return { kind: 'tarball', location: locationOf(source.tarball, base), sha256: source.sha256 ?? '' }
  }
  if (source.git !== undefined) {
    return { kind: 'git', location: locationOf(source.git, base), ref: source.ref ?? '' }
  }
  return { kind: 'dir', path: resolved(base, source.dir ?? '') }
}

/** Returns the part of the series that a definition in the directory `base` means. */
export function seriesPart(part: WrittenDefinition['series'][number], base: string): SeriesPart {
  if (typeof part !== 'string') {
    return { kind: 'git', name: part.range, repository: locationOf(part.git, base), range: part.range }
  }
  return seriesWord(part, {
    namedSeries,
    resolve: (written) => resolved(base, written),
    locationOf: (written) => locationOf(written, base),
  })
}

/** Returns the fragment that a definition in the directory `base` means. */
export function fragmentFile(name: string, base: string): FragmentFile {
  const isName = !name.includes('/') && !name.endsWith('.config')
  return {
    name: path.basename(name, '.config'),
    path: isName ? path.join(namedFragments, `${name}.config`) : resolved(base, name),
  }
}
