// Lets gdb attach to a running instance, by the gdb stub of QEMU.
import { existsSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError, messageOf } from '../base/errors.ts'
import { optionValue } from './arguments.ts'
import type { Qmp, QmpOptions } from './qmp.ts'

/** A listening stub. Disposal removes its socket; a connected gdb keeps its connection. */
export interface GdbStub extends AsyncDisposable {
  /** The argument of gdb's `target remote`. */
  readonly socket: string
}

/** Quotes a word for QEMU's human monitor. */
function monitorWord(word: string): string {
  return `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/**
 * Has QEMU listen for gdb on a socket in a new directory that only this user can enter. The instance goes on until gdb
 * connects, and stands still while gdb waits for a command.
 * @throws {InfraError} GDB_STUB with the reason
 */
export async function openGdbStub(qmp: Qmp, options: QmpOptions): Promise<GdbStub> {
  await using stack = new AsyncDisposableStack()
  try {
    const directory = stack.use(await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-gdb-')))
    const socket = path.join(directory.path, 'gdb')
    await listen(qmp, socket, options)
    const owned = stack.move()
    return { socket, [Symbol.asyncDispose]: () => owned.disposeAsync() }
  } catch (cause) {
    options.signal.throwIfAborted()
    throw new InfraError('GDB_STUB', messageOf(cause), { cause, hint: 'set TMPDIR to a directory with a short path' })
  }
}

async function listen(qmp: Qmp, socket: string, options: QmpOptions): Promise<void> {
  const device = `unix:${optionValue(socket)},server=on,wait=off`
  const command = { 'command-line': `gdbserver ${monitorWord(device)}` }
  const answer = await qmp.execute('human-monitor-command', command, options)
  if (existsSync(socket)) return
  // The monitor reports failures as text, the cause in the first line.
  const [cause = ''] = String(answer).trim().split(/\r?\n/)
  throw new InfraError('GDB_STUB', `QEMU says: ${cause}`)
}
