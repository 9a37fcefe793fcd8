// The work of `gmemtest cache list` and `gmemtest cache prune`.
import path from 'node:path'
import { exitCodes, UsageError } from '../../base/errors.ts'
import { cacheDirectory } from '../../base/paths.ts'
import { sizeText } from '../../cache/size-text.ts'
import { readJson } from '../../cache/atomic-file.ts'
import { listEntries, type CacheEntry } from '../../cache/cache-entries.ts'
import { cacheParts, partOf } from '../../cache/cache-parts.ts'
import { planPruning, pruneCache, sizeOf, type PruneLimits } from '../../cache/pruning.ts'
import { usedEntries } from '../../cache/uses.ts'
import { isProvenance } from '../../kernel/build-provenance.ts'
import { productNames } from '../../kernel/kernel-store.ts'
import { prunedText } from '../../cache/keep-under-limit.ts'
import { plainText } from '../../report/plain.ts'
import type { CommandContext } from '../command-context.ts'

/** Prints a line for each entry: the last use, the size, what it is, and its name. */
export async function listCache({ stdout, stderr, signal }: CommandContext): Promise<number> {
  const cache = cacheDirectory()
  const [entries, used] = await Promise.all([listEntries(cache, signal), usedEntries(cache, signal)])
  for (const entry of entries) stdout.write(`${await lineOf(cache, entry, used.has(entry.entry))}\n`)
  stderr.write(`gmemtest: ${sizeText(sizeOf(entries))} in ${plainText(cache)}\n`)
  return exitCodes.ok
}

async function lineOf(
  cache: string,
  { entry, part, name, bytes, usedAt }: CacheEntry,
  isUsed: boolean,
): Promise<string> {
  const day = new Date(usedAt).toISOString().slice(0, 16).replace('T', ' ')
  const what = part === undefined ? 'other' : cacheParts[part].what
  const of = part === 'kernels' ? await kernelName(cache, name) : ''
  const words = [part === undefined ? entry : name, of, isUsed ? '(in use)' : ''].filter((word) => word !== '')
  return `${day}  ${sizeText(bytes).padStart(10)}  ${what.padEnd(9)}  ${plainText(words.join(' '))}`
}

async function kernelName(cache: string, key: string): Promise<string> {
  const provenance = await readJson(path.join(partOf(cache, 'kernels'), key, productNames.provenance))
  return isProvenance(provenance) ? `${provenance.definition} ${provenance.release}` : ''
}

/** The options of `gmemtest cache prune`. */
export interface PruneOptions {
  readonly keepDays?: number
  /** In bytes. */
  readonly maxSize?: number
  readonly dryRun?: true
}

const oneDay = 24 * 3_600_000

/**
 * Prunes the cache and prints the removed entries.
 * @throws {UsageError} USAGE without a limit
 */
export async function pruneNow(options: PruneOptions, context: CommandContext): Promise<number> {
  const { stdout, stderr, signal } = context
  if (options.keepDays === undefined && options.maxSize === undefined) {
    throw new UsageError('USAGE', 'cache prune needs --keep-days or --max-size', {
      hint: 'for example: gmemtest cache prune --keep-days 30 --max-size 20G',
    })
  }
  const limits: PruneLimits = {
    ...(options.keepDays === undefined ? {} : { keepSince: Date.now() - options.keepDays * oneDay }),
    ...(options.maxSize === undefined ? {} : { most: options.maxSize }),
  }
  const cache = cacheDirectory()
  if (options.dryRun === true) {
    const used = await usedEntries(cache, signal)
    const entries = await listEntries(cache, signal)
    const plan = planPruning(entries, limits, used)
    for (const entry of plan) stdout.write(`${await lineOf(cache, entry, false)}\n`)
    const size = `${sizeText(sizeOf(plan))} of ${sizeText(sizeOf(entries))}`
    stderr.write(`gmemtest: would remove ${size}\n`)
    return exitCodes.ok
  }
  const pruned = await pruneCache(cache, limits, signal)
  for (const { entry } of pruned.removed) stdout.write(`${plainText(entry)}\n`)
  for (const { entry } of pruned.used) stderr.write(`gmemtest: in use: ${plainText(entry)}\n`)
  stderr.write(`gmemtest: ${prunedText(pruned)}\n`)
  return exitCodes.ok
}
