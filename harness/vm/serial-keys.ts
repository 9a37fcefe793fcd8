// Sends sysrq keys over the serial line of an instance that does not answer otherwise. The console is a file, which takes
// output only; meanwhile, the serial port is connected to a socket.
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sleep, unlessAborted } from '../base/deadline.ts'
import { consoleDevice } from './arguments.ts'
import { ConsoleWriter } from './console.ts'
import type { Qmp } from './qmp.ts'

export interface KeyOptions {
  readonly signal: AbortSignal
  /** How long the kernel may take to print the first line after a key, in milliseconds. */
  readonly patience: number
  /** The deadline of each command of QMP, in milliseconds. */
  readonly qmpTimeout: number
}

/** The answer to a key is complete after so long a silence. */
const pauseMilliseconds = 250

/**
 * Sends each key after a break, and gives the lines that the kernel prints.
 * @throws {InfraError | DeadlineExceeded} when QEMU fails or does not answer
 */
export async function pressKeys(qmp: Qmp, keys: readonly string[], options: KeyOptions): Promise<readonly string[]> {
  const { signal, qmpTimeout } = options
  const qmpOptions = { signal, timeout: qmpTimeout }
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await mkdtempDisposable(path.join(tmpdir(), 'gmemtest-keys-')))
  const socketPath = path.join(directory.path, 'serial')
  const server = createServer()
  stack.defer(() => void server.close())
  server.listen(socketPath)
  await once(server, 'listening', { signal })
  const connected = Promise.withResolvers<Socket>()
  server.once('connection', connected.resolve)
  const { id, file } = consoleDevice
  const addr = { type: 'unix', data: { path: socketPath } } as const
  const data = { addr, server: false, logfile: file, logappend: true } as const
  await qmp.execute('chardev-change', { id, backend: { type: 'socket', data } }, qmpOptions)
  stack.defer(async () => {
    const backend = { type: 'file', data: { out: file, append: true } } as const
    const limits = { signal: AbortSignal.timeout(qmpTimeout), timeout: qmpTimeout }
    await qmp.execute('chardev-change', { id, backend }, limits)
  })
  const socket = await unlessAborted(signal, connected.promise)
  stack.defer(() => void socket.destroy())
  const said = new ConsoleWriter()
  socket.on('data', (chunk: Buffer) => said.write(chunk))
  socket.on('error', () => undefined)
  for (const key of keys) {
    await qmp.execute('chardev-send-break', { id }, qmpOptions)
    socket.write(key)
    await quietAfter(() => said.mark(), options)
  }
  return said.lines()
}

/** Waits for the first line, and then for silence. */
async function quietAfter(lines: () => number, { signal, patience }: KeyOptions): Promise<void> {
  const before = lines()
  const end = performance.now() + patience
  while (lines() === before && performance.now() < end) await sleep(pauseMilliseconds / 10, signal)
  let last = before
  while (lines() !== last && performance.now() < end) {
    last = lines()
    await sleep(pauseMilliseconds, signal)
  }
}
