// The saved states of instances, one for each kernel, image and way to boot: made once, and kept in the cache.
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../base/errors.ts'
import { moduleEnding } from '../base/paths.ts'
import { keyOf } from '../cache/hash.ts'
import { findEntry, provideEntry, type Shelf } from '../cache/store.ts'
import { discard } from '../cache/whole-directory.ts'
import { findSplats } from '../console/find-splats.ts'
import { fileIdentity } from '../process/executable.ts'
import { dialects } from '../uapi/dialect.ts'
import { hardwareIdentity } from '../vm/hardware.ts'
import { saveInstance } from './boot-instance.ts'
import { factNames, parseFacts, type InstanceFacts } from './instance-facts.ts'
import { startOptions, type InstanceKind, type InstanceOptions } from './instance-options.ts'

/** A saved state of an instance. */
export interface Snapshot {
  readonly file: string
  /** The facts about the instance, which were found before it was saved. */
  readonly facts: InstanceFacts
  /** Whether the file is unchanged since it was saved. A caller may restore it meanwhile, but not use the instance. */
  readonly isWhole: Promise<boolean>
  /** Of the file: a file of the same name with another inode is another state. */
  readonly inode: number | undefined
}

const stateName = 'state'
const factsName = 'facts.json'
// Raise it when instances are prepared in another way before they are saved.
const recipeVersion = '1'
// Some 50 MB each; a kernel has four of them.
const mostKept = 16

/** The boot printed a splat: an instance that continues from its saved state would hide the splat. */
export class BootSplat extends Error {
  override readonly name = 'BootSplat'
}

/** The code that finds the facts: another version of it may find other facts. */
const probes = [
  './probe',
  './try-dialects',
  '../catalogue/capabilities',
  '../uapi/constants',
  '../uapi/try-conversion',
  ...dialects.map((name) => `../uapi/dialects/${name}`),
].map((file) => path.join(import.meta.dirname, `${file}${moduleEnding}`))

/** Returns a key of all inputs of a state. */
async function keyOfKind(options: InstanceKind): Promise<string> {
  const code = await Promise.all(probes.map((file) => readFile(file, 'utf8')))
  return keyOf([
    recipeVersion,
    ...factNames,
    ...code,
    fileIdentity(options.agent),
    ...hardwareIdentity(startOptions(options)),
  ])
}

function shelfOf(cache: string): Shelf {
  return { root: path.join(cache, 'snapshots'), readsAll: true, mostKept }
}

async function snapshotIn(
  directory: string,
  facts: InstanceFacts,
  damage: Promise<string | undefined>,
): Promise<Snapshot> {
  const file = path.join(directory, stateName)
  const isWhole = damage.then((text) => text === undefined)
  return { file, facts, isWhole, inode: await inodeOf(file) }
}

async function readFacts(directory: string): Promise<InstanceFacts | undefined> {
  const text = await readFile(path.join(directory, factsName), 'utf8').catch(() => '')
  return parseFacts(text)
}

/** Finds the state of an instance of this kind; the state may be damaged. A state without facts is removed. */
export async function findSnapshot(cache: string, kind: InstanceKind): Promise<Snapshot | undefined> {
  const found = await findEntry(shelfOf(cache), await keyOfKind(kind))
  if (found === undefined) return undefined
  const { directory, damage } = found
  const facts = await readFacts(directory)
  if (facts !== undefined) return snapshotIn(directory, facts, damage)
  await discard(directory, async (other) => (await readFacts(other)) === undefined)
  return undefined
}

/**
 * Returns the state of an instance with these options. It boots and saves an instance unless the cache has a whole state.
 * @throws {BootSplat} when the boot printed a splat
 * @throws {InfraError} STATE_UNREADABLE when the state in the cache has no facts
 * @throws the errors of `saveInstance` and `provideEntry`
 */
export async function provideSnapshot(cache: string, options: InstanceOptions): Promise<Snapshot> {
  let made: InstanceFacts | undefined
  const directory = await provideEntry(shelfOf(cache), await keyOfKind(options), async (aside) => {
    const { facts, lines } = await saveInstance(options, path.join(aside, stateName))
    await writeFile(path.join(aside, factsName), JSON.stringify(facts), { mode: 0o600 })
    made = facts
    const [splat] = findSplats(lines, { isRunning: false })
    if (splat !== undefined) throw new BootSplat(splat.title)
  })
  const facts = made ?? (await readFacts(directory))
  if (facts !== undefined) return snapshotIn(directory, facts, Promise.resolve(undefined))
  throw new InfraError('STATE_UNREADABLE', `the saved state of an instance has no facts: ${directory}`, {
    hint: 'stop the program that writes to the cache, remove the directory, and run the same command again',
    transient: true,
  })
}

/** Removes a state that turned out to be useless, unless another process has replaced it. */
export async function discardSnapshot({ file, inode }: Snapshot): Promise<void> {
  const isTheOne = async (directory: string): Promise<boolean> =>
    (await inodeOf(path.join(directory, path.basename(file)))) === inode
  await discard(path.dirname(file), isTheOne)
}

async function inodeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.ino
}
