// The words for a part of a series, the same on a command line and in a definition.
import path from 'node:path'
import { UsageError } from '../../base/errors.ts'
import type { SeriesPart } from './definition.ts'

/** How a word is read; `resolve` makes an absolute path of a relative one. */
interface Words {
  readonly namedSeries: string
  readonly resolve: (written: string) => string
  readonly locationOf: (written: string) => string
}

const range = /^git[+:](.+)#([^#]*)$/
const messageId = /^(?:(?:msgid|message-id|mid|id):)?<?([!-;=?-~]+@[!-;=?-~]+)>?$/i
const fileName = /\.(?:patch|diff|mbox|mbx|eml|mail)(?:\.gz)?$/i

/**
 * Reads a word: `git+URL#A..B`, a link to an archive of mails, a Message-ID, a path, or the name of a folder in
 * kernel-configs/series.
 * @throws {UsageError} SERIES_WORD
 */
export function seriesWord(word: string, { namedSeries, resolve, locationOf }: Words): SeriesPart {
  if (/^git[+:]/.test(word)) {
    const [, location, commits = ''] = range.exec(word) ?? []
    if (location === undefined || !commits.includes('..') || location.startsWith('-')) {
      throw new UsageError('SERIES_WORD', `'${word}' is no range of commits`, {
        hint: 'write git+URL#A..B: git+https://example.org/linux.git#v7.3..my-series',
      })
    }
    return { kind: 'git', name: commits, repository: locationOf(location), range: commits }
  }
  if (/^https?:\/\//i.test(word)) return { kind: 'mail', ...named(idInLink(word)) }
  const isPath = word.includes('/') && !/^<.*>$/.test(word)
  const id = isPath || fileName.test(word) ? undefined : messageId.exec(word)?.[1]
  if (id !== undefined) return { kind: 'mail', ...named(id) }
  const isName = !word.includes('/') && !fileName.test(word)
  return { kind: 'path', name: path.basename(word), path: isName ? path.join(namedSeries, word) : resolve(word) }
}

function named(id: string): { readonly name: string; readonly messageId: string } {
  return { name: `<${id}>`, messageId: id }
}

/** Finds the Message-ID in a link: https://lore.kernel.org/all/ID/T/#u, https://lore.kernel.org/r/ID, …/patch/ID/. */
function idInLink(link: string): string {
  const segments = new URL(link).pathname.split('/').map((segment) => decoded(segment))
  const id = segments.find((segment) => /^<?[^\s<>@]+@[^\s<>@]+>?$/.test(segment))
  if (id !== undefined) return id.replaceAll(/[<>]/g, '')
  throw new UsageError('SERIES_WORD', `the link ${link} has no Message-ID`, {
    hint: 'write the link of one mail, such as https://lore.kernel.org/all/MESSAGE-ID/, or save the mails to a file',
  })
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
