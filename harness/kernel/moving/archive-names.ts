// The files of an archive of kernels. Their names are those in the cache, and an archive has no other files.
import { partOf } from '../../cache/cache-parts.ts'
import { manifestName } from '../../cache/store.ts'
import { notesName, productNames } from '../kernel-store.ts'
import path from 'node:path'

/** What a file of an archive is. */
export type ArchiveName =
  | { readonly kind: 'kernel'; readonly key: string; readonly file: string }
  /** The identity of a source, by which a computer without the source finds the kernel. */
  | { readonly kind: 'pin'; readonly file: string }
  /** How long the scenarios take on the kernel: all computers must divide them alike. */
  | { readonly kind: 'durations'; readonly file: string }

const files: ReadonlySet<string> = new Set([manifestName, ...Object.values(productNames), notesName])

/** Reads the name of a file in an archive; undefined for a name that no exported archive has. */
export function readArchiveName(name: string): ArchiveName | undefined {
  const [, key, product = ''] = /^kernels\/([0-9a-f]{32})\/([\w.-]+)$/.exec(name) ?? []
  if (key !== undefined) return files.has(product) ? { kind: 'kernel', key, file: product } : undefined
  const [, folder, file = ''] = /^(sources|durations)\/([A-Za-z0-9][\w.+~:@-]{0,150}\.json)$/.exec(name) ?? []
  if (folder === undefined) return undefined
  return { kind: folder === 'sources' ? 'pin' : 'durations', file }
}

/** Returns the directories of the cache that an archive takes files of. */
export function directoriesOf(cache: string): { readonly [Kind in ArchiveName['kind']]: string } {
  return {
    kernel: partOf(cache, 'kernels'),
    pin: partOf(cache, 'sources'),
    durations: path.join(cache, 'durations'),
  }
}
