// The words for a source on the command line: git:URL#REF, debian:PACKAGE, tarball:URL#SHA256, or a directory.
import { UsageError } from '../../base/errors.ts'
import type { WrittenDefinition } from './definition-schema.ts'

/** The `ref` that stands for the base-commit of the series. */
export const baseCommitRef = 'base-commit'

const hint =
  'write git:URL#REF, git:URL for the base-commit of the series, debian:PACKAGE@SUITE, tarball:URL#SHA256, or the path of a tree'

/**
 * Reads a word for a source; the paths in it stay as they are.
 * @throws {UsageError} SOURCE_WORD
 */
export function sourceWord(word: string): WrittenDefinition['source'] {
  const [, kind, rest = ''] = /^(git|debian|tarball|dir)[:+](.+)$/s.exec(word) ?? []
  const [before, after] = splitAtLast(rest, '#')
  if (kind === 'git') {
    if (before.startsWith('-') || after?.startsWith('-') === true || after === '') throw wrong(word)
    return { git: before, ref: after ?? baseCommitRef }
  }
  if (kind === 'dir') return { dir: rest }
  if (kind === 'debian') {
    const [name = '', suite] = rest.split('@')
    if (!/^[a-z0-9][a-z0-9.+-]+$/.test(name)) throw wrong(word)
    return { debian: name, ...(suite === undefined ? {} : { suite }) }
  }
  if (kind === 'tarball') {
    if (after === undefined || !/^[0-9a-f]{64}$/.test(after)) throw wrong(word)
    return { tarball: before, sha256: after }
  }
  if (/^[a-z][\w+.-]*:/i.test(word) || word === '') throw wrong(word)
  return { dir: word }
}

function splitAtLast(text: string, mark: string): readonly [string, string?] {
  const at = text.lastIndexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function wrong(word: string): UsageError {
  return new UsageError('SOURCE_WORD', `'${word}' is no source`, { hint })
}
