// The mails of a thread, fetched by b4 from the archive of the mailing lists, once.
import { createHash } from 'node:crypto'
import { mkdtempDisposable, readdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { InfraError, UsageError } from '../../base/errors.ts'
import { exists, makePrivate } from '../../cache/atomic-file.ts'
import { findExecutable } from '../../process/executable.ts'
import { shellWord } from '../../process/child.ts'
import type { CommandResult } from '../../process/run-program.ts'
import { attempt } from '../command.ts'
import { lockFor } from '../kernel-store.ts'
import type { BuildContext } from '../provide-progress.ts'
import { networkEnvironment } from '../source/git-environment.ts'

/** Milliseconds that b4 may take: it tries a slow archive several times. */
const patienceOfB4 = 300_000

const archive = 'https://lore.kernel.org/all'

/**
 * Returns the file in the cache that has the thread of a mail.
 * @throws {InfraError} B4_MISSING, SERIES_UNREACHABLE; the hint says how to save the mails by hand
 * @throws {UsageError} MESSAGE_UNKNOWN when the archive does not have the mail
 */
export async function fetchThread(
  messageId: string,
  context: Pick<BuildContext, 'cache' | 'signal' | 'progress' | 'refresh'>,
): Promise<string> {
  const directory = path.join(context.cache, 'mails')
  const file = path.join(directory, `${createHash('sha256').update(messageId).digest('hex').slice(0, 24)}.mbox`)
  if (context.refresh !== true && (await exists(file))) return file
  if (findExecutable('b4') === undefined) {
    throw new InfraError('B4_MISSING', `b4 is not installed, and it fetches the mails of <${messageId}>`, {
      hint: `as root: apt-get install b4; or ${byHand(messageId)}`,
    })
  }
  await makePrivate(directory)
  await using lock = await lockFor(context, `mails-${path.basename(file, '.mbox')}`, 'fetches these mails')
  void lock
  // Another gmemtest may have fetched it meanwhile.
  if (context.refresh !== true && (await exists(file))) return file
  context.progress({ type: 'phase', phase: 'series', detail: `fetching the mails of <${messageId}>` })
  await using scratch = await mkdtempDisposable(path.join(directory, 'fetching-'))
  const words = ['mbox', '--no-cache', '-o', scratch.path, '-n', 'thread', messageId]
  const result = await attempt('b4', words, {
    signal: context.signal,
    timeout: patienceOfB4,
    cwd: scratch.path,
    env: { ...networkEnvironment(), XDG_DATA_HOME: scratch.path, XDG_CACHE_HOME: scratch.path },
  })
  const name = (await readdir(scratch.path)).find((each) => each.startsWith('thread'))
  const saved = name === undefined ? undefined : path.join(scratch.path, name)
  if (result.exitCode !== 0 || saved === undefined || (await readFile(saved)).length === 0)
    throw failure(messageId, result)
  await rename(saved, file)
  return file
}

function failure(messageId: string, result: CommandResult): Error {
  const output = `${result.stdout}\n${result.stderr}`
  const tail = output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-3)
  if (/\b404\b|No messages|not found in|no such message|That message-id is not known/i.test(output)) {
    return new UsageError('MESSAGE_UNKNOWN', `the archive has no mail <${messageId}>`, {
      tail,
      hint: `look at ${archive}/${encodeURIComponent(messageId).replace('%40', '@')}/; a mail needs minutes until it is there`,
    })
  }
  const why = result.timedOut ? 'it took too long' : reasonIn(output)
  return new InfraError('SERIES_UNREACHABLE', `b4 cannot fetch the mails of <${messageId}>: ${why}`, {
    hint: byHand(messageId),
    transient: true,
  })
}

/** Finds the reason in a stack trace of Python: the error of the system or of a proxy, or else its last line. */
function reasonIn(output: string): string {
  const reason =
    /\[Errno -?\d+\] ([^'")\n]+)/.exec(output)?.[1] ?? /(Tunnel connection failed: [^'")\n]+)/.exec(output)?.[1]
  const [last = 'it gave no reason'] = output.trim().split('\n').slice(-1)
  return reason ?? last.slice(0, 200)
}

function byHand(messageId: string): string {
  const link = `${archive}/${encodeURIComponent(messageId).replace('%40', '@')}/t.mbox.gz`
  return `save the mails where the network allows it: curl -fL ${shellWord(link)} | gunzip > series.mbox; then use ./series.mbox as the series`
}
