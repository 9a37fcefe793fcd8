// Locks between processes. A child holds an flock, so the kernel releases the lock however the harness dies.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makePrivate } from './atomic-file.ts'
import { startChild, type Child } from '../process/child.ts'
import { unlessAborted } from '../base/deadline.ts'
import { InfraError, messageOf } from '../base/errors.ts'

const busy = 75

export interface LockOptions {
  readonly signal: AbortSignal
  /** Called once when another process has the lock; `holder` names that process, if it is known. */
  readonly onWait: (holder: string) => void
}

/**
 * Takes the lock of this name below `cache`, and waits for the lock until `signal` fires. Disposing of it releases it.
 * @throws {InfraError} LOCK_FAILED when the file system has no locks, or cannot be written
 */
export async function takeLock(cache: string, name: string, options: LockOptions): Promise<AsyncDisposable> {
  const file = await fileOf(cache, name)
  let child = await lockNow(file, options.signal)
  if (child === undefined) {
    const who = (await readFile(file, 'utf8').catch(() => '')).trim()
    options.onWait(who === '' ? 'another gmemtest' : who)
    child = await holder(file, [], options.signal)
  }
  if (child === undefined) throw failure(file, 'no reason given')
  return signed(child, file)
}

/**
 * Takes the lock of this name below `cache` if no other process has it; returns undefined otherwise.
 * @throws {InfraError} LOCK_FAILED when the file system has no locks, or cannot be written
 */
export async function takeFreeLock(
  cache: string,
  name: string,
  signal: AbortSignal,
): Promise<AsyncDisposable | undefined> {
  const file = await fileOf(cache, name)
  const child = await lockNow(file, signal)
  return child && signed(child, file)
}

async function fileOf(cache: string, name: string): Promise<string> {
  const file = path.join(cache, 'locks', name)
  await makePrivate(path.dirname(file)).catch((error: unknown) => {
    throw failure(file, messageOf(error))
  })
  return file
}

/** Writes the name of this process into the file of its lock, for those that wait. */
async function signed(child: Child, file: string): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  stack.use(child)
  await writeFile(file, `another gmemtest (process ${process.pid})\n`)
  stack.move()
  return child
}

/**
 * Takes the lock of a file or directory if no other process has it; returns undefined otherwise.
 * @throws {InfraError} LOCK_FAILED when the file system has no locks
 */
export async function lockNow(file: string, signal: AbortSignal): Promise<Child | undefined> {
  return holder(file, ['--nonblock', '--conflict-exit-code', String(busy)], signal)
}

/** Starts a child that holds the lock and echoes its input; returns undefined when another process holds the lock. */
async function holder(file: string, how: readonly string[], signal: AbortSignal): Promise<Child | undefined> {
  signal.throwIfAborted()
  // --no-fork: the one process is the holder, and its parent-death signal is the one that startChild set.
  const child = await startChild('flock', ['--no-fork', ...how, file, 'sh', '-c', 'exec cat <&3 >&3'], { channels: 1 })
  await using stack = new AsyncDisposableStack()
  stack.use(child)
  const [channel] = child.channels
  if (channel === undefined) throw failure(file, 'no reason given')
  channel.write('?')
  const locked = Promise.withResolvers<undefined>()
  channel.once('data', () => locked.resolve(undefined))
  const ended = await unlessAborted(signal, Promise.race([locked.promise, child.exited]))
  if (ended?.code === busy) return undefined
  if (ended !== undefined) throw failure(file, ended.stderr)
  stack.move()
  return child
}

function failure(file: string, reason: string): InfraError {
  return new InfraError('LOCK_FAILED', `cannot lock ${file}: ${reason}`, {
    hint: 'set XDG_CACHE_HOME to a writable directory on a file system with locks',
  })
}
