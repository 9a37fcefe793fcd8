// run --keep: leaves an instance up, and lets the user log in over a port of the loopback interface.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import type { InstanceParts } from '../../instance/instance-options.ts'
import { plainText } from '../../report/plain.ts'
import type { Instance } from '../../instance/instance.ts'
import type { Kept } from '../../run/run-options.ts'
import type { Job } from './job.ts'
import { attach, doorOf, loginLine } from './login.ts'
import { offerGdb } from './offer-gdb.ts'
import { tellDeath } from './tell-death.ts'

type KeepJob = Pick<Job, 'context' | 'directory' | 'options'>

/** Waits until the user interrupts or the instance dies. Says why when no instance is left. */
export async function keepInstance(kept: Kept, parts: InstanceParts, job: KeepJob): Promise<void> {
  // The user asked for these lines, and could not use the instance without them: --quiet does not concern them.
  const context = { ...job.context, stderr: job.context.annotations }
  if (kept.kind === 'instance') return stayUp(kept.instance, parts, { ...job, context })
  const hint = job.options.vmcore === true ? '' : '; --vmcore keeps the memory of a kernel that panics or hangs'
  context.stderr.write(`gmemtest: no instance stays up: ${plainText(kept.reason)}${hint}\n`)
}

async function stayUp(
  instance: Instance,
  { image, kernel }: InstanceParts,
  { context, directory }: KeepJob,
): Promise<void> {
  const { signal, stderr } = context
  await using stack = new AsyncDisposableStack()
  const sockets = new Set<Socket>()
  const door = await doorOf(instance, signal)
  const server = await listen((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    void attach(socket, door)
  })
  stack.defer(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  const knownHosts = path.join(directory, 'known_hosts')
  await writeFile(knownHosts, `gmemtest-guest ssh-ed25519 ${image.hostKey.toString('base64')}\n`)
  const line = loginLine(address.port, image.userKey, knownHosts)
  stderr.write(`gmemtest: the instance stays up until Ctrl-C; to log in:\n  ${line}\n`)
  stack.use(await offerGdb(instance.openGdbStub, kernel, context))
  const interrupted = signal.aborted ? undefined : once(signal, 'abort').then(() => undefined)
  const death = await Promise.race([interrupted, instance.died])
  if (death === undefined) stderr.write('gmemtest: stopping the instance\n')
  else await tellDeath(death, instance, context)
}

async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
