// The work of `gmemtest cache export` and `gmemtest cache import`.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { exitCodes, hasCode, InfraError, messageOf, UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { plural } from '../../base/plural.ts'
import { identifyCompiler } from '../../kernel/kernel-compiler.ts'
import { keepUnderLimit } from '../../cache/keep-under-limit.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'
import { requireEnvironment } from '../require-environment.ts'
import { cacheLimit } from './cache-limit.ts'

/** Writes an archive of kernels to the standard output. */
export async function exportTo(keys: readonly string[], { stdout, stderr }: CommandContext): Promise<number> {
  if ('isTTY' in stdout && stdout.isTTY === true) {
    throw new UsageError('USAGE', 'an archive is not written to a terminal', {
      hint: `gmemtest cache export ${keys[0] ?? 'KEY'} > kernel.tar.zst`,
    })
  }
  const { exportKernels } = await import('../../kernel/moving/export-kernels.ts')
  await exportKernels(cacheDirectory(), keys, stdout)
  stderr.write(`gmemtest: exported ${plural(new Set(keys).size, 'kernel')}\n`)
  return exitCodes.ok
}

/** Imports an archive from a file or the standard input, and prints a line for each kernel, as `gmemtest build` does. */
export async function importFrom(file: string | undefined, context: CommandContext): Promise<number> {
  const { stdout, stderr, signal } = context
  await requireEnvironment()
  const mostCached = cacheLimit()
  const tell = (text: string): void => void stderr.write(`gmemtest: ${plainText(text)}\n`)
  const build = { cache: cacheDirectory(), signal, progress: () => undefined }
  const { importKernels } = await import('../../kernel/moving/import-kernels.ts')
  const input = file === undefined ? process.stdin : await openArchive(file)
  const kernels = await importKernels(build.cache, input, signal)
  const own = await identifyCompiler(build).catch(() => 'no compiler')
  for (const { key, directory, definition, compiler, isKnown } of kernels) {
    stdout.write(`${key} ${directory}\n`)
    tell(`${isKnown ? 'already in the cache' : 'imported'}: ${key}, ${definition}`)
    if (compiler === own) continue
    tell(`${definition} was compiled by '${compiler}', and this computer has '${own}': runs build the kernel again`)
  }
  await keepUnderLimit({ ...build, ...(mostCached === undefined ? {} : { mostCached }) }, tell)
  return exitCodes.ok
}

/** @throws {UsageError} ARCHIVE_MISSING, {InfraError} ARCHIVE_UNREADABLE */
async function openArchive(file: string): Promise<AsyncIterable<Uint8Array | string>> {
  try {
    const handle = await open(file, 'r')
    if (!(await handle.stat()).isDirectory()) return createReadStream(file, { fd: handle })
    await handle.close()
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'ENOTDIR')) throw new UsageError('ARCHIVE_MISSING', `there is no archive ${file}`)
    throw new InfraError('ARCHIVE_UNREADABLE', `cannot read ${file}: ${messageOf(cause)}`, { cause })
  }
  throw new UsageError('ARCHIVE_MISSING', `${file} is a directory, not an archive`, {
    hint: 'name the file that gmemtest cache export wrote',
  })
}
