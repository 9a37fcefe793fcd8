// Makes a configuration: tinyconfig, the fragments on top, and a check that every option survived. Kernels that need the
// same one share it: a configuration takes ten of the 25 CPU-seconds of a mutant.
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { BuildError } from '../../base/errors.ts'
import { readJson, rememberJson } from '../../cache/atomic-file.ts'
import { keyOf, sha256OfFile } from '../../cache/hash.ts'
import { make, type MakeOptions } from '../make.ts'
import { noSpaceError } from '../../cache/space.ts'
import type { Patch } from '../series/patch.ts'
import { objectsName } from '../source/listing.ts'
import { lastLines } from '../command.ts'
import { configLine, parseConfig, type Request } from './fragment.ts'
import { explainLost } from './explain.ts'

/**
 * Writes the .config of a tree's objects.
 * @throws {BuildError} OPTION_LOST naming each option that did not survive, and why
 * @throws {BuildError} CONFIG_FAILED when the tree's kconfig does not work
 */
export async function configure(tree: string, requests: readonly Request[], options: MakeOptions): Promise<void> {
  const file = path.join(tree, objectsName, '.config')
  await kconfig(tree, 'tinyconfig', options)
  await writeFile(file, overridden(await readFile(file, 'utf8'), requests))
  await kconfig(tree, 'olddefconfig', options)
  const config = parseConfig(await readFile(file, 'utf8'))
  const lost = lostRequests(requests, config)
  const [first, ...others] = await explainLost(lost, config, tree)
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new BuildError('OPTION_LOST', `an option did not survive: ${first}${more}`, {
    tail: others,
    hint: 'request the options that it depends on too, or remove it from the fragment',
  })
}

async function kconfig(tree: string, target: string, options: MakeOptions): Promise<void> {
  const result = await make(tree, [target], options)
  if (result.exitCode === 0) return
  const full = noSpaceError(result.stderr, 'configuring the kernel')
  throw full ?? new BuildError('CONFIG_FAILED', `make ${target} failed`, { tail: lastLines(result) })
}

/** Replaces the requested options in a .config, as merge_config.sh -m does. */
export function overridden(config: string, requests: readonly Request[]): string {
  const names = new Set(requests.map((request) => request.name))
  const rest = config.split('\n').filter((line) => {
    const name = /^(?:# )?CONFIG_(\w+)(?:=| is not set$)/.exec(line)?.[1]
    return name === undefined || !names.has(name)
  })
  return [...rest, ...requests.map(configLine), ''].join('\n')
}

/** Returns the requests that a final configuration does not grant. */
export function lostRequests(requests: readonly Request[], config: ReadonlyMap<string, string>): Request[] {
  return requests.filter((request) => (config.get(request.name) ?? 'n') !== request.value)
}

interface ConfigInputs {
  /** Identifies the source without the series. */
  readonly source: string
  readonly patches: readonly Pick<Patch, 'diff' | 'content'>[]
  readonly requests: readonly Request[]
  readonly compiler: string
}

/** Returns the key of a configuration. Neither patches of code alone nor the paths of fragments count. */
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
 * Calls `work`, unless its last successful call was for the same key and has written the present file. The directory
 * `home` keeps the memory of that call.
 * @throws the errors of `work`
 */
export async function configureOnce(
  home: string,
  { key, file }: { readonly key: string; readonly file: string },
  work: () => Promise<void>,
): Promise<void> {
  const memory = path.join(home, 'configured.json')
  const now = async (): Promise<string> => JSON.stringify([key, await sha256OfFile(file)])
  const before: unknown = await readJson(memory)
  if (typeof before === 'string' && (await now().catch(() => undefined)) === before) return
  await rm(memory, { force: true })
  await work()
  await rememberJson(memory, await now())
}
