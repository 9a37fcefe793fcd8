// Boots or restores an instance with an agent in it; QEMU, ssh and agent start as far as possible at the same time.
import type { Agent } from '../agent/client.ts'
import { findSplats } from '../console/find-splats.ts'
import { DeadlineExceeded, sleep, withDeadline } from '../base/deadline.ts'
import { BootError, InfraError } from '../base/errors.ts'
import type { SshSession } from '../ssh/session.ts'
import type { InstanceFacts } from './instance-facts.ts'
import type { Instance } from './instance.ts'
import { sshDevice } from '../vm/arguments.ts'
import { deathError, waitForInit } from '../vm/wait-for-init.ts'
import { startQemu } from '../vm/start.ts'
import type { SshEndpoint, Vm } from '../vm/vm.ts'
import { inspectionOf } from './inspect.ts'
import { startOptions, type InstanceOptions } from './instance-options.ts'

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
 * Boots an instance and starts the agent in it; leaves nothing behind when that fails.
 * @throws {BootError} when the kernel does not come up
 * @throws {InfraError} when this computer lacks something
 * @throws {ProtocolError} when the agent does not answer, or breaks its protocol
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

/** Makes the members that booted and restored instances share. */
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

async function boot(options: InstanceOptions, stack: AsyncDisposableStack): Promise<Inside & { readonly vm: Vm }> {
  const running = stack.use(await startQemu(startOptions(options)))
  const booting = waitForInit(running, startOptions(options))
  // This begins during the boot: the channel keeps the data until the ssh server reads.
  const preparing = startRemoteAgent(running.ssh, options, stack)
  // If the instance does not come up, `booting` has the error.
  preparing.catch(() => undefined)
  options.onStarted?.(running.command)
  options.onIdle?.()
  const vm = await booting
  const inside = await preparing.catch(async (error: unknown) => {
    throw await reasonOf(error, vm, options.signal)
  })
  return { vm, ...inside }
}

/** Finds why an instance stopped answering: the connection breaks a moment before the reason is known. */
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
  const { patience } = options.accelerator
  const limit = { signal, timeout: patience.for(sshMilliseconds) }
  // Load ssh while QEMU boots: the time to the first test point counts.
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
  const starting = startAgent(channel, { signal, patience: accelerator.patience })
  onIdle?.()
  return stack.use(await starting)
}

/** How many ssh channels an instance has used when it is saved. */
const usedChannels = 1

/** The facts of an instance whose state was saved. */
export interface Saved {
  readonly facts: InstanceFacts
  /** Its console up to that moment. */
  readonly lines: readonly string[]
}

/**
 * Boots an instance, runs the agent in it once, so that its files are in memory, gathers the facts of the instance, ends the
 * agent and saves the state of the instance into `file`.
 * @throws {InfraError} STATE_NOT_SAVED
 * @throws what `bootInstance` and `saveState` throw
 */
export async function saveInstance(options: InstanceOptions, file: string): Promise<Saved> {
  await using stack = new AsyncDisposableStack()
  const { vm, session, agent } = await boot(options, stack)
  const { saveState } = await import('../vm/snapshot.ts')
  const { gatherFacts } = await import('./instance-facts.ts')
  const { signal } = options
  const { patience } = options.accelerator
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
  const milliseconds = patience.for(goneMilliseconds)
  try {
    await withDeadline({ stage: 'the end of the ssh session', milliseconds, signal }, () => gone.promise)
    await saveState(vm, file, { signal, patience })
  } catch (cause) {
    if (!(cause instanceof DeadlineExceeded)) throw cause
    throw new InfraError('STATE_NOT_SAVED', `the state of an instance was not saved: ${cause.message}`, {
      cause,
      hint: 'use --isolation boot, which needs no saved state, if the disk of the cache is slow',
      transient: true,
    })
  }
  await vm.catchUp()
  return { facts, lines: vm.console.lines() }
}

/**
 * Restores an instance from the state that `saveInstance` wrote into `file`; leaves nothing behind when that fails.
 * @throws {InfraError} RESTORE_FAILED and others, when this computer lacks something
 * @throws {BootError} when the kernel died, or did not answer after a splat
 * @throws {ProtocolError} when the instance or its agent does not answer, or breaks the protocol
 */
export async function restoreInstance(
  options: InstanceOptions,
  { file, facts }: { readonly file: string; readonly facts: InstanceFacts },
): Promise<Instance> {
  await using stack = new AsyncDisposableStack()
  const { restoreVm, greetRestored } = await import('../vm/snapshot.ts')
  const { connect } = await import('../ssh/connect.ts')
  const { image, signal, accelerator } = options
  const saved = { ...startOptions(options), savedState: { file, usedChannels } }
  const vm = stack.use(await restoreVm(saved, (command) => options.onStarted?.(command)))
  const channel = vm.ssh.take()
  greetRestored(channel, new Date())
  const timeout = accelerator.patience.for(restoredSshMilliseconds)
  const start = async (): Promise<Inside> => {
    const session = stack.use(await connect({ take: () => channel }, { ...image, signal, timeout }))
    return { session, agent: await startAgentIn(session, options, stack) }
  }
  const inside = await start().catch(async (error: unknown) => {
    signal.throwIfAborted()
    const reason = await reasonOf(error, vm, signal)
    const [splat] = reason === error ? findSplats(vm.console.lines()) : []
    if (splat === undefined) throw reason
    const message = `a restored instance did not answer, kernel splat: ${splat.title}`
    throw new BootError('KERNEL_COMPLAINED', message, { cause: error, tail: splat.lines })
  })
  return {
    ...reachable(vm, inside, options, stack.move()),
    origin: 'restored',
    facts,
    bootLines: [],
    windowStart: 0,
  }
}
