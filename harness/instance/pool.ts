// The pool of instances of a run: booted, or restored from a state that was saved after a boot.
import type { Isolation } from '../kernel/definition/definition.ts'
import { InfraError, ProtocolError } from '../base/errors.ts'
import type { Instance, InstanceRequest, InstanceSource } from './instance.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import { describeProfile, kernelWords, memoryOf, type BootProfile } from '../vm/profile.ts'
import type { Consoles } from './consoles.ts'
import { bootInstance, restoreInstance } from './boot-instance.ts'
import { firstLook } from './last-words.ts'
import { gatherFacts, type InstanceFacts } from './instance-facts.ts'
import type { InstanceKind, InstanceOptions, InstanceParts } from './instance-options.ts'
import { BootSplat, discardSnapshot, findSnapshot, provideSnapshot, type Snapshot } from './snapshots.ts'

export interface InstancePoolOptions {
  readonly parts: InstanceParts
  readonly accelerator: Accelerator
  readonly isolation: Isolation
  /** Words for the command line of the kernel, in each instance. */
  readonly append?: readonly string[]
  readonly consoles: Consoles
  /** The directory of saved states. */
  readonly cache: string
  /** The directory of memory dumps after a panic or a hang, if these are wanted. */
  readonly dumpsTo?: string
  readonly signal: AbortSignal
  /** Called with the command lines of QEMU so far, one for each way to start QEMU. */
  readonly onCommands: (commands: readonly string[]) => void
  /** Called whenever gmemtest waits for an instance and has nothing else to do. */
  readonly onIdle?: () => void
}

interface Prepared {
  readonly profile: BootProfile
  /** The worker that is likely to take the instance. */
  readonly worker: number
  readonly instance: Promise<Instance>
  readonly stop: AbortController
  /** The ways to start QEMU that no instance before this one used. */
  readonly started: string[]
}

/** The making of one instance. */
interface Making {
  readonly signal: AbortSignal
  /** Fires when no worker will take the instance. */
  readonly unwanted?: AbortSignal
  readonly onNewKind?: (kind: string) => void
  /** Called when QEMU runs. */
  readonly onStarted?: () => void
}

/** Two CPUs for tests, and the first one, which init keeps free of them (guest-images/minimal/init.c has the reason). */
export const guestCpus = 3

/** Makes instances, the next ones ahead of time. Disposal closes the instances that no worker has taken. */
export class InstancePool implements InstanceSource, AsyncDisposable {
  readonly #options: InstancePoolOptions
  readonly #snapshots = new Map<BootProfile, Promise<Snapshot | undefined>>()
  /** The command lines of QEMU, by their text without the name of the console file. */
  readonly #commands = new Map<string, string>()
  readonly #taken = new WeakSet<Instance>()
  #prepared: Prepared[] = []

  constructor(options: InstancePoolOptions) {
    this.#options = options
  }

  async next(profile: BootProfile, { signal }: InstanceRequest): Promise<Instance> {
    const index = this.#prepared.findIndex((candidate) => candidate.profile === profile)
    const [prepared] = index < 0 ? [] : this.#prepared.splice(index, 1)
    const instance = await (prepared?.instance ?? this.#make(profile, { signal }))
    this.#taken.add(instance)
    return instance
  }

  /**
   * Returns the facts about an instance of a profile; `next` gives that instance to a worker afterwards.
   * @throws the errors of `next` and of `gatherFacts`, {BootError | InfraError} when the instance died meanwhile
   */
  async factsOf(profile: BootProfile, request: InstanceRequest): Promise<InstanceFacts> {
    const instance = await this.next(profile, request)
    const gather = (): Promise<InstanceFacts> => gatherFacts(instance.agent)
    const facts = instance.facts ?? (await firstLook(instance, request.signal, gather))
    this.#taken.delete(instance)
    const stop = new AbortController()
    this.#prepared.push({ profile, worker: request.worker, instance: Promise.resolve(instance), stop, started: [] })
    return facts
  }

  prepare(profile: BootProfile, worker: number): void {
    // One prepared instance a worker: each takes memory.
    if (!this.#prepared.some((each) => each.worker === worker)) void this.#startAhead(profile, worker)
  }

  /**
   * Begins to make an instance that may not be wanted. Resolves when QEMU runs or has failed; `next` then reports the
   * failure.
   */
  async begin(profile: BootProfile): Promise<void> {
    const running = Promise.withResolvers<void>()
    const instance = this.#startAhead(profile, 0, running.resolve)
    await Promise.race([running.promise, instance.then(ignore, ignore)])
  }

  #startAhead(profile: BootProfile, worker: number, onStarted: () => void = ignore): Promise<Instance> {
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#options.signal, stop.signal])
    const started: string[] = []
    const onNewKind = (kind: string): void => void started.push(kind)
    const instance = this.#make(profile, { signal, unwanted: stop.signal, onNewKind, onStarted })
    instance.catch(ignore)
    this.#prepared.push({ profile, worker, instance, stop, started })
    return instance
  }

  /** Closes the prepared instances of one profile, or all, and removes their consoles and command lines. */
  async drop(profile?: BootProfile): Promise<void> {
    const unwanted = this.#prepared.filter((each) => profile === undefined || each.profile === profile)
    this.#prepared = this.#prepared.filter((each) => !unwanted.includes(each))
    await Promise.all(
      unwanted.map(async ({ instance, stop, started }) => {
        stop.abort(new Error('this instance is not needed any more'))
        const made = await instance.catch(ignore)
        await made?.[Symbol.asyncDispose]()
        for (const kind of started) this.#commands.delete(kind)
      }),
    )
    this.#options.onCommands([...this.#commands.values()])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop()
  }

  async #make(profile: BootProfile, making: Making): Promise<Instance> {
    const provided = this.#snapshot(profile, making)
    const snapshot = await provided
    if (snapshot === undefined) return this.#boot(profile, making)
    const instance = await this.#tryToRestore(snapshot, profile, making)
    if (instance !== undefined) return instance
    const another = await this.#replace(provided, snapshot, profile, making)
    return another === undefined ? this.#boot(profile, making) : this.#restore(another, profile, making)
  }

  /** Returns undefined when the state is useless: damaged, unreadable, or its instance does not answer. */
  async #tryToRestore(snapshot: Snapshot, profile: BootProfile, making: Making): Promise<Instance | undefined> {
    // A damaged state needs no further waiting.
    const damaged = new AbortController()
    void snapshot.isWhole.then((isWhole) =>
      isWhole ? undefined : damaged.abort(new Error('the saved state is damaged')),
    )
    const signal = AbortSignal.any([making.signal, damaged.signal])
    try {
      const instance = await this.#restore(snapshot, profile, { ...making, signal })
      if (await snapshot.isWhole) return instance
      await instance[Symbol.asyncDispose]()
    } catch (error) {
      making.signal.throwIfAborted()
      if ((await snapshot.isWhole) && !isUseless(error)) throw error
    }
    return undefined
  }

  /** Replaces a useless state, unless another worker has done so already. */
  #replace(
    provided: Promise<Snapshot | undefined>,
    useless: Snapshot,
    profile: BootProfile,
    making: Making,
  ): Promise<Snapshot | undefined> {
    if (this.#snapshots.get(profile) !== provided) return this.#snapshot(profile, making)
    return this.#remember(
      profile,
      discardSnapshot(useless).then(() => this.#save(profile, making)),
    )
  }

  /** Returns the state to restore; undefined where each instance is booted. */
  #snapshot(profile: BootProfile, making: Making): Promise<Snapshot | undefined> {
    if (this.#options.isolation !== 'vm') return Promise.resolve(undefined)
    const find = async (): Promise<Snapshot | undefined> =>
      (await findSnapshot(this.#options.cache, this.#kind(profile, making))) ?? this.#save(profile, making)
    return this.#snapshots.get(profile) ?? this.#remember(profile, find())
  }

  #remember(profile: BootProfile, provided: Promise<Snapshot | undefined>): Promise<Snapshot | undefined> {
    this.#snapshots.set(profile, provided)
    // The next instance tries again after a failure, and after the end of an unwanted instance.
    provided.catch(() => {
      if (this.#snapshots.get(profile) === provided) this.#snapshots.delete(profile)
    })
    return provided
  }

  async #save(profile: BootProfile, making: Making): Promise<Snapshot | undefined> {
    const { cache, consoles } = this.#options
    const console = await consoles.open(`booted to be saved, ${describeProfile(profile)}`)
    try {
      return await provideSnapshot(cache, this.#instance(profile, console.file, making))
    } catch (error) {
      if (!(error instanceof BootSplat)) throw error
      // A booted instance shows the splat to a test.
      return undefined
    } finally {
      await (making.unwanted?.aborted === true ? console.discard() : console.close())
    }
  }

  #boot(profile: BootProfile, making: Making): Promise<Instance> {
    return this.#start('booted', profile, making, bootInstance)
  }

  #restore(snapshot: Snapshot, profile: BootProfile, making: Making): Promise<Instance> {
    return this.#start('restored', profile, making, (options) => restoreInstance(options, snapshot))
  }

  #kind(profile: BootProfile, { signal }: Making): InstanceKind {
    const { parts, accelerator, append = [], dumpsTo } = this.#options
    return {
      vmlinux: parts.kernel.vmlinux,
      image: parts.image,
      agent: parts.agent,
      accelerator,
      memory: memoryOf(profile),
      append: [...kernelWords(profile), ...append],
      cpus: guestCpus,
      ...(dumpsTo === undefined ? {} : { dumpsTo }),
      signal,
    }
  }

  #instance(profile: BootProfile, consoleFile: string, making: Making): InstanceOptions {
    const { onCommands, onIdle } = this.#options
    return {
      ...this.#kind(profile, making),
      consoleFile,
      ...(onIdle === undefined ? {} : { onIdle }),
      onStarted: (command) => {
        const kind = command.replace(consoleFile, '')
        if (!this.#commands.has(kind)) {
          this.#commands.set(kind, command)
          making.onNewKind?.(kind)
          onCommands([...this.#commands.values()])
        }
        making.onStarted?.()
      },
    }
  }

  /** Starts an instance whose console is appended to the common file when the instance is closed. */
  async #start(
    how: Instance['origin'],
    profile: BootProfile,
    making: Making,
    start: (options: InstanceOptions) => Promise<Instance>,
  ): Promise<Instance> {
    const console = await this.#options.consoles.open(`${how}, ${describeProfile(profile)}`)
    try {
      const made = await start(this.#instance(profile, console.file, making))
      const instance: Instance = {
        ...made,
        [Symbol.asyncDispose]: async () => {
          await made[Symbol.asyncDispose]()
          await (this.#taken.has(instance) ? console.close() : console.discard())
        },
      }
      return instance
    } catch (error) {
      await (making.unwanted?.aborted === true ? console.discard() : console.close())
      throw error
    }
  }
}

function ignore(): undefined {
  return undefined
}

/** Tells whether an undamaged state is useless: QEMU cannot read it, or its instance does not answer. */
function isUseless(error: unknown): boolean {
  if (error instanceof ProtocolError) return true
  return error instanceof InfraError && ['RESTORE_FAILED', 'STATE_UNREADABLE'].includes(error.code)
}
