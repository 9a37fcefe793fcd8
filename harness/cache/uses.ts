// Notes which entries of the cache each process uses, so that pruning leaves them. A process has one file of notes and an
// flock on it, which the kernel releases however the process ends; so the notes also count on other computers that share
// the cache.
import { unlinkSync } from 'node:fs'
import { open, readdir, readFile, rm, utimes, type FileHandle } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { startChild } from '../process/child.ts'
import { makePrivate } from './atomic-file.ts'
import { lockNow } from './lock.ts'

/** A file of notes counts this long without a lock: the lock is taken while the process goes on. */
const graceMilliseconds = 60_000

const files = new Map<string, Promise<FileHandle>>()
/** The paths of all of them, to remove at the end of this process. */
const written: string[] = []

function directoryOf(cache: string): string {
  return path.join(cache, 'locks', 'uses')
}

/**
 * Notes that this process uses the entry of this directory until `releaseEntry` or its own end, and that it was used now.
 * Call it before you look for the entry: pruning removes an entry only while no note names it. A cache that cannot be
 * written gets no note: the entries in it are still good, and nothing can remove them.
 */
export async function holdEntry(cache: string, directory: string): Promise<void> {
  await note(cache, `+${path.relative(cache, directory)}`)
  const now = new Date()
  await utimes(directory, now, now).catch(() => undefined)
}

/** Notes that this process no longer uses an entry. */
export async function releaseEntry(cache: string, directory: string): Promise<void> {
  if (files.has(cache)) await note(cache, `-${path.relative(cache, directory)}`)
}

async function note(cache: string, line: string): Promise<void> {
  const file = files.get(cache) ?? openNotes(cache)
  files.set(cache, file)
  await file.then((handle) => handle.appendFile(`${line}\n`)).catch(() => undefined)
}

/** Opens the notes of this process. The lock belongs to the open file, so it stays when the program that took it ends. */
async function openNotes(cache: string): Promise<FileHandle> {
  const directory = directoryOf(cache)
  await makePrivate(directory)
  // The time is in the name: not every file system has that of the creation.
  const file = path.join(directory, `${Date.now()}-${randomUUID()}`)
  const handle = await open(file, 'ax', 0o600)
  if (written.length === 0) process.once('exit', removeNotes)
  written.push(file)
  // Not awaited: until then, the age of the file protects the entries. A file system without locks allows no pruning.
  void lock(handle).catch(() => undefined)
  return handle
}

/** Removes the files of notes at the end of this process. */
function removeNotes(): void {
  for (const file of written) {
    try {
      unlinkSync(file)
    } catch {
      // It is gone already, or the next pruning removes it.
    }
  }
}

async function lock(handle: FileHandle): Promise<void> {
  await using child = await startChild('flock', ['--nonblock', '3'], { channels: 0, files: [handle.fd] })
  child.unref()
  await child.exited
}

/** Returns the entries that processes use, `kernels/KEY`; removes the notes of processes that have ended. */
export async function usedEntries(cache: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const directory = directoryOf(cache)
  const names = await readdir(directory).catch((): string[] => [])
  const notes = await Promise.all(names.map((name) => readNotes(path.join(directory, name), signal)))
  return new Set(notes.flat())
}

async function readNotes(file: string, signal: AbortSignal): Promise<readonly string[]> {
  if (Date.now() - Number.parseInt(path.basename(file), 10) > graceMilliseconds) {
    await using held = await lockNow(file, signal)
    if (held !== undefined) {
      await rm(file, { force: true })
      return []
    }
  }
  const used = new Set<string>()
  for (const line of (await readFile(file, 'utf8').catch(() => '')).split('\n')) {
    if (line.startsWith('+')) used.add(line.slice(1))
    else used.delete(line.slice(1))
  }
  return [...used]
}
