// The saved states of machines, one for each kernel, image and way to boot: made once, and kept in the cache.
import { readdir, rm, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { fileIdentity } from '../process/executable.ts'
import { provideEntry } from '../project/cache-entry.ts'
import { complaintsOfBoot } from '../scenario/ready-machine.ts'
import { hardwareIdentity } from '../vm/start.ts'
import { saveMachine, startOptions } from './machine.ts'
import type { MachineOptions } from './machine.ts'

/** Where the state of a machine is. */
export interface Snapshot {
  readonly file: string
}

const stateName = 'state'
// To be raised when machines are got ready in another way before they are saved.
const recipeVersion = '1'
// Some 50 MB each; a kernel has four of them.
const mostKept = 16

/** The kernel complained while it booted: a machine that goes on from there would hide it. */
export class BootComplaint extends Error {
  override readonly name = 'BootComplaint'
}

/**
 * The state of a machine that was booted with these options, from the cache if it is there unharmed.
 * @throws {BootComplaint} when the kernel complained while it booted
 * @throws what `saveMachine` and `provideEntry` throw
 */
export async function provideSnapshot(cache: string, options: MachineOptions): Promise<Snapshot> {
  const root = path.join(cache, 'snapshots')
  const directory = await provideEntry({
    root,
    inputs: [recipeVersion, fileIdentity(options.agent), ...hardwareIdentity(startOptions(options))],
    async make(aside) {
      const lines = await saveMachine(options, path.join(aside, stateName))
      const [complaint] = complaintsOfBoot(lines)
      if (complaint !== undefined) throw new BootComplaint(complaint.title)
      await removeOldest(root)
    },
  })
  // What was not used for longest goes first.
  await utimes(directory, new Date(), new Date()).catch(() => undefined)
  return { file: path.join(directory, stateName) }
}

/** Throws a state away that turned out to be of no use. */
export async function discardSnapshot({ file }: Snapshot): Promise<void> {
  await rm(path.dirname(file), { recursive: true, force: true })
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
