// Makes a configuration once for all kernels that need the same one: it takes ten of the 25 CPU-seconds of a mutant.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf, sha256OfFile } from '../../cache/hash.ts'
import type { Patch } from '../series.ts'
import type { Request } from './fragment.ts'

/** The inputs of a configuration. */
export interface ConfigInputs {
  /** Identifies the source without the series. */
  readonly source: string
  readonly patches: readonly Pick<Patch, 'diff' | 'content'>[]
  readonly requests: readonly Request[]
  readonly compiler: string
}

/** Returns one key for all kernels with the same configuration: neither patches of code alone nor the paths of fragments
 * count. */
export function configKey({ source, patches, requests, compiler }: ConfigInputs): string {
  const counted = patches.filter(({ diff }) => !isCodeAlone(diff)).map(({ content }) => content)
  const asked = requests.map(({ name, value, ifKnown }) => [name, value, ifKnown])
  return keyOf([source, counted, asked, compiler])
}

/** Returns whether a patch changes nothing but C and assembly, which no Kconfig file reads. */
export function isCodeAlone(diff: string): boolean {
  const names = [...diff.matchAll(/^(?:diff --git (\S+) (\S+)|(?:---|\+\+\+) (\S+))/gm)].flatMap((match) =>
    match.slice(1).filter((name) => name !== undefined && name !== '/dev/null'),
  )
  return names.length > 0 && names.every((name) => /\.[chS]$/.test(name))
}

/**
 * Calls `configure`, unless its last successful call was for the same key and has written the present file. The directory
 * `home` keeps the memory of that call.
 * @throws the errors of `configure`
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
  await rememberJson(memory, await now())
}
