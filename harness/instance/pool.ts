// Where the machines of a run come from: booted, or restored from a state that was saved after a boot.
import type { Isolation } from '../kernel/definition/definition.ts'
import { InfraError, ProtocolError } from '../base/errors.ts'
import type { Instance, InstanceRequest, InstanceSource } from './instance.ts'
import type { Accelerator } from '../vm/accelerator.ts'
import { describeProfile, kernelWords, memoryOf, type BootProfile } from '../vm/profile.ts'
import type { Consoles } from './consoles.ts'
import { bootInstance, restoreInstance } from './boot-instance.ts'
import type { InstanceKind, InstanceOptions, InstanceParts } from './instance-options.ts'
import { BootSplat, discardSnapshot, findSnapshot, provideSnapshot, type Snapshot } from './snapshots.ts'

export interface InstancePoolOptions {
  readonly parts: InstanceParts
  readonly accelerator: Accelerator
  readonly isolation: Isolation
  readonly consoles: Consoles
  /** Where saved states are kept. */
  readonly cache: string
  /** Where dumps of the guests' memory go after a panic or a hang, if that is wanted. */
  readonly dumpsTo?: string
  readonly signal: AbortSignal
  /** Called with the command lines of QEMU so far, one for each way to start it. */
  readonly onCommands: (commands: readonly string[]) => void
  /** Called each time when there is nothing to do for a while but to wait for a guest. */
  readonly onIdle?: () => void
}

interface Prepared {
  readonly profile: BootProfile
  /** The worker that is likely to take it. */
  readonly worker: number
  readonly instance: Promise<Instance>
  readonly stop: AbortController
  /** The ways to start QEMU that nobody had needed before it. */
  readonly started: string[]
}

interface Making {
  readonly signal: AbortSignal
  /** Fires when nobody will take it. */
  readonly unwanted?: AbortSignal
  readonly onNewKind?: (kind: string) => void
  /** QEMU runs. */
  readonly onStarted?: () => void
}

/** Two for scenarios, and the first one, which init keeps free of them (guest-images/minimal/init.c says why). */
export const guestCpus = 3

/** Makes machines, the next ones ahead of time. Disposing of it ends those that nobody has taken. */
export class InstancePool implements InstanceSource, AsyncDisposable {
  readonly #options: InstancePoolOptions
  readonly #snapshots = new Map<BootProfile, Promise<Snapshot | undefined>>()
  /** By what is in them, save for the names of machines. */
  readonly #commands = new Map<string, string>()
  readonly #taken = new WeakSet<Instance>()
  #prepared: Prepared[] = []
  #latest: Instance | undefined

  constructor(options: InstancePoolOptions) {
    this.#options = options
  }

  /** The one that was taken last. */
  get latest(): Instance | undefined {
    return this.#latest
  }

  async next(profile: BootProfile, { signal }: InstanceRequest): Promise<Instance> {
    const index = this.#prepared.findIndex((candidate) => candidate.profile === profile)
    const [prepared] = index < 0 ? [] : this.#prepared.splice(index, 1)
    const instance = await (prepared?.instance ?? this.#make(profile, { signal }))
    this.#taken.add(instance)
    this.#latest = instance
    return instance
  }

  prepare(profile: BootProfile, worker: number): void {
    // One ahead for each worker is enough: all that is ready takes memory.
    if (!this.#prepared.some((each) => each.worker === worker)) void this.#start(profile, worker)
  }

  /**
   * Gets a machine ready before anybody knows whether it will be wanted. Resolves when QEMU runs, or when it does not come
   * up: whoever takes it sees why.
   */
  async begin(profile: BootProfile): Promise<void> {
    const running = Promise.withResolvers<void>()
    const instance = this.#start(profile, 0, running.resolve)
    await Promise.race([running.promise, instance.then(ignore, ignore)])
  }

  #start(profile: BootProfile, worker: number, onStarted: () => void = ignore): Promise<Instance> {
    const stop = new AbortController()
    const signal = AbortSignal.any([this.#options.signal, stop.signal])
    const started: string[] = []
    const onNewKind = (kind: string): void => void started.push(kind)
    const instance = this.#make(profile, { signal, unwanted: stop.signal, onNewKind, onStarted })
    instance.catch(ignore)
    this.#prepared.push({ profile, worker, instance, stop, started })
    return instance
  }

  /** Ends what was got ready and will not be taken: of one profile, or all. Nothing tells of it afterwards. */
  async drop(profile?: BootProfile): Promise<void> {
    const unwanted = this.#prepared.filter((each) => profile === undefined || each.profile === profile)
    this.#prepared = this.#prepared.filter((each) => !unwanted.includes(each))
    await Promise.all(
      unwanted.map(async ({ instance, stop, started }) => {
        stop.abort(new Error('this machine is not needed any more'))
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

  /** Nothing when the state is of no use: it was harmed, cannot be read, or what comes of it does not answer. */
  async #tryToRestore(
    snapshot: Snapshot,
    profile: BootProfile,
    making: Making,
  ): Promise<Instance | undefined> {
    // Nothing of a harmed one is waited for.
    const harmed = new AbortController()
    void snapshot.isWhole.then((isWhole) =>
      isWhole ? undefined : harmed.abort(new Error('this state of a machine was harmed')),
    )
    const signal = AbortSignal.any([making.signal, harmed.signal])
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

  /** Another state instead of a useless one, unless another worker has done so already. */
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

  /** The state to go on from; nothing where each machine is booted. */
  #snapshot(profile: BootProfile, making: Making): Promise<Snapshot | undefined> {
    if (this.#options.isolation !== 'vm') return Promise.resolve(undefined)
    return this.#snapshots.get(profile) ?? this.#remember(profile, this.#find(profile, making))
  }

  #remember(profile: BootProfile, provided: Promise<Snapshot | undefined>): Promise<Snapshot | undefined> {
    this.#snapshots.set(profile, provided)
    // One that failed, or was called off together with a machine that nobody wants, is no answer for the next one.
    provided.catch(() => {
      if (this.#snapshots.get(profile) === provided) this.#snapshots.delete(profile)
    })
    return provided
  }

  async #find(profile: BootProfile, making: Making): Promise<Snapshot | undefined> {
    const found = await findSnapshot(this.#options.cache, this.#kind(profile, making))
    return found ?? this.#save(profile, making)
  }

  async #save(profile: BootProfile, making: Making): Promise<Snapshot | undefined> {
    const { cache, consoles } = this.#options
    const console = await consoles.open(`booted to be saved, ${describeProfile(profile)}`)
    try {
      return await provideSnapshot(cache, this.#instance(profile, console.file, making))
    } catch (error) {
      if (!(error instanceof BootSplat)) throw error
      // What it complained about is to be seen by a scenario.
      return undefined
    } finally {
      await (making.unwanted?.aborted === true ? console.discard() : console.close())
    }
  }

  #boot(profile: BootProfile, making: Making): Promise<Instance> {
    return this.#withConsole(`booted, ${describeProfile(profile)}`, making, (consoleFile) =>
      bootInstance(this.#instance(profile, consoleFile, making)),
    )
  }

  #restore(snapshot: Snapshot, profile: BootProfile, making: Making): Promise<Instance> {
    return this.#withConsole(`restored, ${describeProfile(profile)}`, making, (consoleFile) =>
      restoreInstance(this.#instance(profile, consoleFile, making), snapshot),
    )
  }

  #kind(profile: BootProfile, { signal }: Making): InstanceKind {
    const { parts, accelerator, dumpsTo } = this.#options
    return {
      vmlinux: parts.kernel.vmlinux,
      image: parts.image,
      agent: parts.agent,
      accelerator,
      memory: memoryOf(profile),
      append: kernelWords(profile),
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

  /** A machine whose console goes where all of them are when it is gone. */
  async #withConsole(
    title: string,
    { unwanted }: Making,
    make: (consoleFile: string) => Promise<Instance>,
  ): Promise<Instance> {
    const console = await this.#options.consoles.open(title)
    try {
      const made = await make(console.file)
      const instance: Instance = {
        ...made,
        [Symbol.asyncDispose]: async () => {
          await made[Symbol.asyncDispose]()
          await (this.#taken.has(instance) ? console.close() : console.discard())
        },
      }
      return instance
    } catch (error) {
      await (unwanted?.aborted === true ? console.discard() : console.close())
      throw error
    }
  }
}

function ignore(): undefined {
  return undefined
}

/** Whether another state may do better than an unharmed one: QEMU cannot read it, or what comes of it does not answer. */
function isUseless(error: unknown): boolean {
  if (error instanceof ProtocolError) return true
  return error instanceof InfraError && ['RESTORE_FAILED', 'STATE_UNREADABLE'].includes(error.code)
}
