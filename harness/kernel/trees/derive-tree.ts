// A new work tree begins as a copy of the nearest one: make then builds only what differs.
import { copyFile, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../base/errors.ts'
import { exists, isMissing } from '../../cache/atomic-file.ts'
import { requireSpace } from '../../cache/space.ts'
import { makeWhole } from '../../cache/whole-directory.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { attempt, lastLines, succeed } from '../command.ts'
import type { BuildContext } from '../provide-progress.ts'
import { objectsName } from '../source/listing.ts'
import { nearestTrees } from './nearest-trees.ts'
import { listTrees, takeFreeTree, type TreePlace } from './tree-places.ts'
import type { Recorded } from './tree-record.ts'

/** The notes about the objects of a tree: its configuration, their number, and the mark of a killed build. */
const notes = ['configured.json', 'objects.json', 'building'] as const

/**
 * Copies the nearest work tree of the cache into the directory `home`, unless that has objects already or no tree is near.
 * A tree that another process uses is not copied; the next one is. Call it with the lock of the own tree held.
 * @throws {InfraError} NO_SPACE
 */
export async function deriveTree(home: string, wanted: Recorded, context: BuildContext): Promise<void> {
  if (await exists(objectsOf(home))) return
  const others = (await listTrees(context.cache)).filter((place) => place.home !== home)
  for (const near of await nearestTrees(others, wanted)) {
    await using lock = await takeFreeTree(near, context)
    if (lock === undefined || !(await exists(objectsOf(near.home)))) continue
    const [name = ''] = near.names
    context.progress({ type: 'phase', phase: 'source', detail: `a copy of the tree ${name}` })
    await copyTree(near, home, context)
    return
  }
}

function objectsOf(home: string): string {
  return path.join(home, 'tree', objectsName)
}

async function copyTree({ home: from }: TreePlace, home: string, context: BuildContext): Promise<void> {
  const { signal } = context
  const failed = (result: CommandResult): InfraError =>
    new InfraError('TREE_NOT_COPIED', `cannot copy ${from}`, { tail: lastLines(result, 3) })
  await requireSpace(home, await sizeOf(objectsOf(from), signal), 'copying the objects of another kernel')
  await makeWhole(path.join(home, 'tree'), async (aside) => {
    const options = { signal, stage: 'copying the tree of another kernel' }
    // The times stay as they are, so that make sees what is newer. No build writes into a source file: it may be a link.
    const copySources = async (how: string): Promise<string> =>
      succeed(
        'find',
        [
          '.',
          '-mindepth',
          '1',
          '-maxdepth',
          '1',
          '!',
          '-name',
          objectsName,
          '-exec',
          'cp',
          '--archive',
          how,
          '-t',
          aside,
          '{}',
          '+',
        ],
        { ...options, cwd: path.join(from, 'tree') },
        failed,
      )
    await copySources('--link').catch(async () => copySources('--reflink=auto'))
    // objtool and others write into objects in place, so objects must not be links.
    await succeed('cp', ['--archive', '--reflink=auto', objectsOf(from), aside], options, failed)
    await renamePaths(path.join(aside, objectsName), path.join(from, 'tree'), path.join(home, 'tree'), signal)
    for (const note of notes) await copyNote(path.join(from, note), path.join(home, note))
  })
}

/** Returns the bytes that the files of a directory take. */
async function sizeOf(directory: string, signal: AbortSignal): Promise<number> {
  const output = await succeed(
    'du',
    ['--summarize', '--block-size=1', directory],
    { signal, stage: 'measuring the tree of another kernel' },
    (result) => new InfraError('TREE_UNREADABLE', `cannot measure ${directory}`, { tail: lastLines(result, 3) }),
  )
  return Number.parseInt(output, 10)
}

async function copyNote(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/**
 * Puts the new path of a tree into the command lines that kbuild keeps beside each object: make builds an object again when
 * its command line differs.
 */
async function renamePaths(objects: string, from: string, to: string, signal: AbortSignal): Promise<void> {
  const found = await attempt('grep', ['-rlZF', '--include=*.cmd', '-e', from, objects], { signal, encoding: 'latin1' })
  if (found.exitCode !== 0 && found.exitCode !== 1) {
    throw new InfraError('TREE_UNREADABLE', `cannot read ${objects}`, { tail: lastLines(found, 3) })
  }
  for (const name of found.stdout.split('\0').filter((each) => each !== '')) {
    const file = Buffer.from(name, 'latin1')
    const { atime, mtime } = await stat(file)
    const text = await readFile(file, 'latin1')
    await writeFile(file, text.replaceAll(`${from}/`, `${to}/`).replaceAll(`${from}=`, `${to}=`), 'latin1')
    await utimes(file, atime, mtime)
  }
}
