// Reads the header of a dump: which task it is of, and what that task was doing.
import type { SplatKind } from '../pattern-table.ts'
import { dumpedTaskOn, taskOn, type SplatTask } from './splat-task.ts'

/** The first such line of a report of lockdep is about the lock that the task takes. */
const takerOn = /\{[^{}]*\}(?:-\{\d+:\d+\})?, at: (?:\[<[0-9a-f]+>\] )?([A-Za-z_][\w.]*)\+0x/

export class DumpHeader {
  #task: SplatTask
  #who: string | undefined
  #isThere = false
  #caller: string | undefined
  #work: string | undefined
  #taker: string | undefined

  /** `task` is known from the first line of the splat. */
  constructor(task: SplatTask) {
    this.#task = task
  }

  get task(): SplatTask {
    return this.#task
  }

  /** Whether the header has begun. */
  get isThere(): boolean {
    return this.#isThere
  }

  /** The function that a report about its context names. */
  get caller(): string | undefined {
    return this.#caller
  }

  /** The function that takes the lock of a report of lockdep. */
  get taker(): string | undefined {
    return this.#taker
  }

  /** The function of the work item that was running. */
  get work(): string | undefined {
    return this.#work
  }

  /** Adds facts about the task, which count less than those that are known. */
  add(task: SplatTask): void {
    this.#task = { ...task, ...this.#task }
  }

  /**
   * Reads a line of a splat. Answers with the two tasks when the line is the header of another task's dump.
   * @param isOfKthread the dump is of the thread of RCU
   */
  read(text: string, kind: SplatKind, isOfKthread: boolean): string | undefined {
    this.#caller ??= /^caller is (\S+?)\+0x/.exec(text)?.[1]
    if (kind === 'lockdep') this.#taker ??= takerOn.exec(text)?.[1]
    this.#work ??= /^Workqueue: \S+ (\S+)/.exec(text)?.[1]
    this.#isThere ||= /^(?:CPU: \d|Modules linked in:)/.test(text)
    const isStalled = kind === 'rcu-stall' && !isOfKthread && this.#task.comm === undefined
    const dumped = isStalled ? dumpedTaskOn(text) : undefined
    if (dumped !== undefined) this.add(dumped)
    const task = taskOn(text)
    if (task === undefined) return undefined
    // The dump of a hung task is of the task that noticed it.
    const isSame = this.#task.pid === undefined || this.#task.pid === task.pid
    if (kind !== 'hung-task' && isSame) this.add(task)
    const who = `${task.comm}/${task.pid}`
    this.#who ??= who
    return this.#who === who ? undefined : `${this.#who} and ${who}`
  }
}
