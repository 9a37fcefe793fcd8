// A virtual machine with an agent in it: QEMU, ssh and agent in the order that wastes no time.
import type { Agent } from '../agent/client.ts'
import { findSplats } from '../console/find-splats.ts'
import type { Splat } from '../console/find-splats.ts'
import { DeadlineExceeded, sleep, withDeadline } from '../base/deadline.ts'
import { BootError, InfraError } from '../base/errors.ts'
import type { SshSession } from '../ssh/session.ts'
import type { GuestFacts } from './guest-facts.ts'
import type { Instance } from './instance.ts'
import { sshDevice } from '../vm/arguments.ts'
import { deathError, waitForInit } from '../vm/wait-for-init.ts'
import { startQemu } from '../vm/start.ts'
import type { SavedState } from '../vm/start.ts'
import type { SshEndpoint, Vm } from '../vm/vm.ts'
import { inspectionOf } from './inspect.ts'
import { startOptions } from './instance-options.ts'
import type { InstanceOptions } from './instance-options.ts'

interface Inside {
  readonly session: SshSession
  readonly agent: Agent
}

const sshMilliseconds = 10_000
const restoredSshMilliseconds = 2000
const goneMilliseconds = 2000
const lastWordsMilliseconds = 1000
const agentPath = '/tmp/agent'

/**
 * Boots a machine and starts the agent in it; when that fails, nothing of it is left.
 * @throws {BootError} when the kernel does not come up
 * @throws {InfraError} when this machine lacks something
 * @throws {ProtocolError} when the agent does not answer as it should
 */
export async function bootInstance(options: InstanceOptions): Promise<Instance> {
  await using stack = new AsyncDisposableStack()
  const { vm, ...inside } = await boot(options, stack)
  return {
    ...reachable(vm, inside, options, stack.move()),
    origin: 'booted',
    bootLines: vm.console.lines(),
    windowStart: vm.console.mark(),
  }
}

/** What is the same of all machines. */
function reachable(
  vm: Vm,
  { session, agent }: Inside,
  options: InstanceOptions,
  owned: AsyncDisposableStack,
): Omit<Instance, 'origin' | 'bootLines' | 'windowStart'> {
  return {
    agent,
    session,
    endpoint: vm.ssh,
    console: vm.console,
    died: vm.died,
    catchUp: () => vm.catchUp(),
    accelerator: options.accelerator,
    readyMilliseconds: vm.bootMilliseconds,
    ...inspectionOf(vm, session, options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function boot(
  options: InstanceOptions,
  stack: AsyncDisposableStack,
): Promise<Inside & { readonly vm: Vm }> {
  const running = stack.use(await startQemu(startOptions(options)))
  const booting = waitForInit(running, startOptions(options))
  // All this begins while the guest boots: the channel keeps what is said until the server is there.
  const preparing = startRemoteAgent(running.ssh, options, stack)
  // If the guest does not come up, that is the error, and not what becomes of the session.
  preparing.catch(() => undefined)
  options.onStarted?.(running.command)
  options.onIdle?.()
  const vm = await booting
  const inside = await preparing.catch(async (error: unknown) => {
    throw await reasonOf(error, vm, options.signal)
  })
  return { vm, ...inside }
}

/** Why a guest that has been up does not answer: the connection breaks a moment before the reason is known. */
async function reasonOf(cause: unknown, vm: Vm, signal: AbortSignal): Promise<unknown> {
  const death = await Promise.race([vm.died, sleep(lastWordsMilliseconds, signal)])
  return death === undefined ? cause : deathError(death, vm.console)
}

async function startRemoteAgent(
  endpoint: SshEndpoint,
  options: InstanceOptions,
  stack: AsyncDisposableStack,
): Promise<Inside> {
  const { image, signal } = options
  const { timeFactor } = options.accelerator
  const limit = { signal, timeout: sshMilliseconds * timeFactor }
  // Loaded when QEMU runs already: the time to the first test point counts.
  const { connect } = await import('../ssh/connect.ts')
  const session = stack.use(await connect(endpoint, { ...image, ...limit }))
  await session.push(options.agent, agentPath, { mode: 0o755, ...limit })
  return { session, agent: await startAgentIn(session, options, stack) }
}

async function startAgentIn(
  session: SshSession,
  { signal, accelerator, onIdle }: InstanceOptions,
  stack: AsyncDisposableStack,
): Promise<Agent> {
  const { startAgent } = await import('../agent/client.ts')
  const channel = await session.open(agentPath, { signal })
  const starting = startAgent(channel, { signal, timeFactor: accelerator.timeFactor })
  onIdle?.()
  return stack.use(await starting)
}

function splatError({ title, lines }: Splat, cause: unknown): BootError {
  const message = `a restored machine did not answer, and its kernel complained: ${title}`
  return new BootError('KERNEL_COMPLAINED', message, { cause, tail: lines })
}

/** How many ssh channels a machine has used when it is saved. */
const usedChannels = 1

/** What is known of a machine that was saved. */
export interface Saved {
  readonly facts: GuestFacts
  /** What its kernel said until then. */
  readonly lines: readonly string[]
}

/**
 * Boots a machine, starts the agent in it once, so that all that this needs is loaded, has it find out what the machine
 * is like, closes it and saves the state of the machine into `file`.
 * @throws {InfraError} STATE_NOT_SAVED
 * @throws what `bootMachine` and `saveState` throw
 */
export async function saveInstance(options: InstanceOptions, file: string): Promise<Saved> {
  await using stack = new AsyncDisposableStack()
  const { vm, session, agent } = await boot(options, stack)
  const { saveState } = await import('../vm/snapshot.ts')
  const { gatherFacts } = await import('./guest-facts.ts')
  const { signal } = options
  const { timeFactor } = options.accelerator
  const gone = Promise.withResolvers<void>()
  stack.use(
    vm.qmp.onEvent(({ name, data }) => {
      const isFirst = name === 'VSERPORT_CHANGE' && data['id'] === sshDevice(0)
      if (isFirst && data['open'] === false) gone.resolve()
    }),
  )
  const facts = await gatherFacts(agent).catch(async (error: unknown) => {
    throw await reasonOf(error, vm, signal)
  })
  await agent[Symbol.asyncDispose]()
  await session[Symbol.asyncDispose]()
  const milliseconds = goneMilliseconds * timeFactor
  try {
    await withDeadline({ stage: 'the end of the ssh session', milliseconds, signal }, () => gone.promise)
    await saveState(vm, file, { signal, timeFactor })
  } catch (cause) {
    if (!(cause instanceof DeadlineExceeded)) throw cause
    throw new InfraError('STATE_NOT_SAVED', `the state of a machine was not saved: ${cause.message}`, {
      cause,
      hint: 'is the disk of the cache very slow? --isolation boot needs no saved state',
      transient: true,
    })
  }
  await vm.catchUp()
  return { facts, lines: vm.console.lines() }
}

/**
 * A machine that goes on from the state that `saveMachine` wrote into `file`; when that fails, nothing of it is left.
 * @throws {InfraError} RESTORE_FAILED and others, when this machine lacks something
 * @throws {BootError} when the kernel died, or complained and did not answer
 * @throws {ProtocolError} when the guest or its agent does not answer as it should
 */
export async function restoreInstance(
  options: InstanceOptions,
  { file, facts }: { readonly file: string; readonly facts: GuestFacts },
): Promise<Instance> {
  await using stack = new AsyncDisposableStack()
  const { restoreVm, greetRestored } = await import('../vm/snapshot.ts')
  const { connect } = await import('../ssh/connect.ts')
  const { image, signal, accelerator } = options
  const savedState: SavedState = { file, usedChannels }
  const vm = stack.use(
    await restoreVm({ ...startOptions(options), savedState }, (command) => options.onStarted?.(command)),
  )
  const channel = vm.ssh.take()
  greetRestored(channel, new Date())
  const timeout = restoredSshMilliseconds * accelerator.timeFactor
  const start = async (): Promise<Inside> => {
    const session = stack.use(await connect({ take: () => channel }, { ...image, signal, timeout }))
    return { session, agent: await startAgentIn(session, options, stack) }
  }
  const inside = await start().catch(async (error: unknown) => {
    signal.throwIfAborted()
    const reason = await reasonOf(error, vm, signal)
    const [splat] = reason === error ? findSplats(vm.console.lines()) : []
    throw splat === undefined ? reason : splatError(splat, error)
  })
  return {
    ...reachable(vm, inside, options, stack.move()),
    origin: 'restored',
    facts,
    bootLines: [],
    windowStart: 0,
  }
}
