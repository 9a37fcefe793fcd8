// A booted virtual machine with an agent in it: QEMU, ssh and agent in the order that wastes no time.
import type { Agent } from '../agent/client.ts'
import type { GuestImage } from '../guest/image.ts'
import { sleep } from '../project/deadline.ts'
import type { Bytes } from '../project/units.ts'
import type { SshSession } from '../ssh/session.ts'
import type { Machine } from '../scenario/machine.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import { deathError, waitForGuest } from '../vm/boot.ts'
import { startQemu } from '../vm/start.ts'
import type { SshEndpoint } from '../vm/vm.ts'

export interface MachineOptions {
  readonly vmlinux: string
  readonly image: GuestImage
  /** The agent's program on this machine. */
  readonly agent: string
  readonly accelerator: Accelerator
  readonly memory: Bytes
  readonly cpus: number
  /** Further words for the command line of the kernel. */
  readonly append?: readonly string[]
  readonly consoleFile: string
  readonly signal: AbortSignal
  /** Called with QEMU's command line when it runs and there is nothing to do but to wait for the guest. */
  readonly onWaiting?: (command: string) => void
}

/** A machine that can be logged in to as well. */
export interface ReachableMachine extends Machine {
  readonly session: SshSession
  /** The way in for further sessions. */
  readonly endpoint: SshEndpoint
}

const sshMilliseconds = 10_000
const lastWordsMilliseconds = 1000
const agentPath = '/tmp/agent'

/**
 * Boots a machine and starts the agent in it; when that fails, nothing of it is left.
 * @throws {BootError} when the kernel does not come up
 * @throws {InfraError} when this machine lacks something
 * @throws {ProtocolError} when the agent does not answer as it should
 */
export async function bootMachine(options: MachineOptions): Promise<ReachableMachine> {
  const { accelerator, image } = options
  await using stack = new AsyncDisposableStack()
  const running = stack.use(await startQemu({ ...options, initramfs: image.initramfs }))
  const booting = waitForGuest(running, { ...options, initramfs: image.initramfs })
  // All this begins while the guest boots: the channel keeps what is said until the server is there.
  const preparing = startRemoteAgent(running.ssh, options, stack)
  // If the guest does not come up, that is the error, and not what becomes of the session.
  preparing.catch(() => undefined)
  options.onWaiting?.(running.command)
  const vm = await booting
  const { session, agent } = await preparing.catch(async (error: unknown) => {
    // The connection breaks a moment before the reason is known.
    const death = await Promise.race([vm.died, sleep(lastWordsMilliseconds, options.signal)])
    throw death === undefined ? error : deathError(death, vm.console)
  })
  const owned = stack.move()
  return {
    agent,
    session,
    endpoint: vm.ssh,
    console: vm.console,
    died: vm.died,
    accelerator,
    origin: 'booted',
    readyMilliseconds: vm.bootMilliseconds,
    bootLines: vm.console.lines(),
    windowStart: vm.console.mark(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function startRemoteAgent(
  endpoint: SshEndpoint,
  options: MachineOptions,
  stack: AsyncDisposableStack,
): Promise<{ readonly session: SshSession; readonly agent: Agent }> {
  const { image, signal } = options
  const { timeFactor } = options.accelerator
  const limit = { signal, timeout: sshMilliseconds * timeFactor }
  const { userKey, hostKey } = image
  // Loaded when QEMU runs already: the time to the first test point counts.
  const [{ connect }, { startAgent }] = await Promise.all([
    import('../ssh/connect.ts'),
    import('../agent/client.ts'),
  ])
  const session = stack.use(await connect(endpoint, { userKey, hostKey, ...limit }))
  await session.push(options.agent, agentPath, { mode: 0o755, ...limit })
  const channel = await session.open(agentPath, { signal })
  const agent = stack.use(await startAgent(channel, { signal, timeFactor }))
  return { session, agent }
}
