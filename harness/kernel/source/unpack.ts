// Unpacks archives.
import { BuildError } from '../../base/errors.ts'
import { lastLines, succeed } from '../command.ts'

/**
 * Unpacks a tar archive without its top directory.
 * @throws {BuildError} SOURCE_ARCHIVE for a damaged archive, or another kind of file
 * @throws {InfraError} NO_SPACE
 */
export async function unpackTar(archive: string, directory: string, signal: AbortSignal): Promise<void> {
  // xz with threads: half of the time for archives that were packed in blocks, as Debian's are.
  const decompress = /\.t?xz$/.test(archive) ? ['--use-compress-program=xz -T0'] : ['--auto-compress']
  const args = ['--extract', ...decompress, `--file=${archive}`, `--directory=${directory}`]
  await succeed(
    'tar',
    [...args, '--strip-components=1', '--no-same-owner'],
    { signal, stage: 'unpacking the kernel source' },
    (result) =>
      new BuildError('SOURCE_ARCHIVE', `cannot unpack ${archive}`, {
        tail: lastLines(result, 5),
        hint: 'name a tar file with one directory at the top',
      }),
  )
}
