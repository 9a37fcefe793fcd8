// The saved states of machines, one for each kernel, image and way to boot: made once, and kept in the cache.
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileIdentity } from '../process/executable.ts'
import { discardEntry, findEntry, provideEntry } from '../cache/cache-entry.ts'
import { factNames, parseFacts } from './guest-facts.ts'
import type { GuestFacts } from './guest-facts.ts'
import { InfraError } from '../base/errors.ts'
import { findSplats } from '../console/find-splats.ts'
import { hardwareIdentity } from '../vm/start.ts'
import { saveInstance } from './boot-instance.ts'
import { startOptions } from './instance-options.ts'
import type { InstanceKind, InstanceOptions } from './instance-options.ts'

/** Where the state of a machine is. */
export interface Snapshot {
  readonly file: string
  /** What was found out about the machine before it was saved. */
  readonly facts: GuestFacts
  /** Whether it is what was saved: a machine can be restored while that is being found out, but not used. */
  readonly isWhole: Promise<boolean>
  /** Of the file: another one of the same name is another state. */
  readonly inode: number | undefined
}

const stateName = 'state'
const factsName = 'facts.json'
// To be raised when machines are got ready in another way before they are saved.
const recipeVersion = '1'
// Some 50 MB each; a kernel has four of them.
const mostKept = 16

/** The kernel complained while it booted: a machine that goes on from there would hide it. */
export class BootSplat extends Error {
  override readonly name = 'BootComplaint'
}

/** What finds out the facts: another version of it may find others. */
const probes = ['../agent/probe.ts', '../uapi/constants.ts'].map((file) =>
  path.join(import.meta.dirname, file),
)

/** What a state depends on. */
async function inputsOf(options: InstanceKind): Promise<readonly string[]> {
  const code = await Promise.all(probes.map((file) => readFile(file, 'utf8')))
  return [
    recipeVersion,
    ...factNames,
    ...code,
    fileIdentity(options.agent),
    ...hardwareIdentity(startOptions(options)),
  ]
}

function rootOf(cache: string): string {
  return path.join(cache, 'snapshots')
}

/** The one that was used last stays when there are too many. */
async function use(directory: string, facts: GuestFacts, isWhole: Promise<boolean>): Promise<Snapshot> {
  await utimes(directory, new Date(), new Date()).catch(() => undefined)
  const file = path.join(directory, stateName)
  return { file, facts, isWhole, inode: await inodeOf(file) }
}

async function readFacts(directory: string): Promise<GuestFacts | undefined> {
  const text = await readFile(path.join(directory, factsName), 'utf8').catch(() => '')
  return parseFacts(text)
}

/** The state of a machine of this kind, if the cache has one; it may be harmed. Without facts it is thrown away. */
export async function findSnapshot(cache: string, kind: InstanceKind): Promise<Snapshot | undefined> {
  const found = await findEntry({ root: rootOf(cache), inputs: await inputsOf(kind) })
  if (found === undefined) return undefined
  const facts = await readFacts(found.directory)
  if (facts !== undefined) return use(found.directory, facts, found.isWhole)
  await discardEntry(found.directory, async (directory) => (await readFacts(directory)) === undefined)
  return undefined
}

/**
 * The state of a machine that was booted with these options, from the cache if it is there unharmed.
 * @throws {BootComplaint} when the kernel complained while it booted
 * @throws {InfraError} STATE_UNREADABLE when what was in the cache has no facts
 * @throws what `saveMachine` and `provideEntry` throw
 */
export async function provideSnapshot(cache: string, options: InstanceOptions): Promise<Snapshot> {
  const root = rootOf(cache)
  let made: GuestFacts | undefined
  const directory = await provideEntry({
    root,
    inputs: await inputsOf(options),
    async make(aside) {
      const { facts, lines } = await saveInstance(options, path.join(aside, stateName))
      await writeFile(path.join(aside, factsName), JSON.stringify(facts), { mode: 0o600 })
      made = facts
      const [splat] = findSplats(lines, { isRunning: false })
      if (splat !== undefined) throw new BootSplat(splat.title)
      await removeOldest(root)
    },
  })
  const facts = made ?? (await readFacts(directory))
  if (facts !== undefined) return use(directory, facts, Promise.resolve(true))
  throw new InfraError(
    'STATE_UNREADABLE',
    `there are no facts with the saved state of a machine: ${directory}`,
    {
      hint: 'something else writes to the cache; remove the directory, and run it again',
      transient: true,
    },
  )
}

/** Throws a state away that turned out to be of no use, unless somebody has replaced it already. */
export async function discardSnapshot({ file, inode }: Snapshot): Promise<void> {
  await discardEntry(
    path.dirname(file),
    async (directory) => (await inodeOf(path.join(directory, path.basename(file)))) === inode,
  )
}

async function inodeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.ino
}

/** A machine that is being restored from one of these has it open. */
async function removeOldest(root: string): Promise<void> {
  const names = (await readdir(root)).filter((name) => !name.startsWith('.'))
  const aged = await Promise.all(
    names.map(async (name) => {
      const directory = path.join(root, name)
      const used = await stat(directory).catch(() => undefined)
      return { directory, usedAt: used?.mtimeMs ?? 0 }
    }),
  )
  const superfluous = aged.toSorted((a, b) => b.usedAt - a.usedAt).slice(mostKept - 1)
  await Promise.all(superfluous.map(({ directory }) => rm(directory, { recursive: true, force: true })))
}
