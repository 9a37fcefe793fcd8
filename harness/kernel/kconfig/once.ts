// A configuration is made once for all kernels that need the same: of 25 CPU-seconds for a mutant, it took ten.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { readJson, sha256, sha256OfFile, writeWhole } from '../../cache/atomic-file.ts'
import type { Patch } from '../series.ts'
import type { Request } from './fragment.ts'

/** What a configuration is made from. */
export interface ConfigInputs {
  /** Identifies the source, as it is without the series. */
  readonly source: string
  readonly patches: readonly Pick<Patch, 'diff' | 'content'>[]
  readonly requests: readonly Request[]
  readonly compiler: string
}

/** The same for all that are configured alike: patches of code alone do not count. */
export function configKey({ source, patches, requests, compiler }: ConfigInputs): string {
  const counted = patches.filter(({ diff }) => !isCodeAlone(diff)).map(({ content }) => content)
  return sha256(Buffer.from(JSON.stringify([source, counted, requests, compiler])))
}

/** Whether a patch changes nothing but C and assembly, which no Kconfig file reads. */
export function isCodeAlone(diff: string): boolean {
  const names = [...diff.matchAll(/^(?:diff --git (\S+) (\S+)|(?:---|\+\+\+) (\S+))/gm)].flatMap((match) =>
    match.slice(1).filter((name) => name !== undefined && name !== '/dev/null'),
  )
  return names.length > 0 && names.every((name) => /\.[chS]$/.test(name))
}

/**
 * Calls `configure`, unless the last one that came to its end was for the same key, and the file is still as it has left it.
 * `home` is where it is remembered. Throws what `configure` throws.
 */
export async function configureOnce(
  home: string,
  { key, file }: { readonly key: string; readonly file: string },
  configure: () => Promise<void>,
): Promise<void> {
  const memory = path.join(home, 'configured.json')
  const now = async (): Promise<string> => JSON.stringify([key, await sha256OfFile(file)])
  const before: unknown = await readJson(memory)
  const isDone = typeof before === 'string' && (await now().catch(() => undefined)) === before
  if (isDone) return
  await rm(memory, { force: true })
  await configure()
  await writeWhole(memory, JSON.stringify(await now()))
}
