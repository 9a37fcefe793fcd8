// The temporary directory in which git reads a series.
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError, messageOf } from '../../base/errors.ts'

/**
 * Makes a temporary directory, which ends with its scope.
 * @throws {InfraError} TMPDIR_NOT_WRITABLE
 */
export async function makeReadingDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = path.resolve(tmpdir())
  return mkdtempDisposable(path.join(directory, 'gmemtest-series-')).catch((cause: unknown) => {
    throw new InfraError('TMPDIR_NOT_WRITABLE', `cannot read the series in '${directory}': ${messageOf(cause)}`, {
      cause,
      hint: 'set TMPDIR to the absolute path of a directory that you can write to',
    })
  })
}
