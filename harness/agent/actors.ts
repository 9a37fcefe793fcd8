// Races: threads in the agent that convert, access, pin and free the same pages at the same time, each keeping books.
import { errnoName, type ErrnoName } from './errno.ts'
import { OperationGroup, type Call, type Outcome } from './wire/call.ts'
import type { Decoded, File, Gmem, Mapping, Vcpu, Vm } from './wire/fields.ts'
import { decodeRecords, type records } from './wire/records.ts'
import { words } from './vocabulary.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { PageState } from '../uapi/constants.ts'

interface Common {
  /** How often it does its work; until the end of the race if not given. */
  readonly rounds?: number
  /** The CPUs that it may run on, one bit each; all if not given. */
  readonly cpus?: number | bigint
}

interface Range {
  readonly offset: number
  readonly size: number
}
interface Mapped extends Range {
  readonly mapping: Mapping
}
interface InGuest {
  readonly vcpu: Vcpu
  readonly gpa: number
  readonly size: number
}
interface Checked {
  /** Another word is a mismatch. */
  readonly value?: number | bigint
}

/** Converts the range to `to`, then back, and so on. */
interface Converts extends Range {
  readonly kind: 'convert'
  readonly target: Gmem | Vm
  readonly dialect: Dialect
  readonly to: PageState
  /**
   * Belongs to this actor alone. After each success to private, the guest reads every page at `gpa` twice: a difference
   * means that a host wrote into a private page, and is a mismatch. After each success to shared it reads them once, so
   * that a host has as long to write.
   */
  readonly vcpu?: Vcpu
  readonly gpa?: number
}

/** The work that one thread of a race repeats, and the certainty that it checks. */
export type Actor = Common &
  (
    | Converts
    /** The host reads each page. SIGBUS is counted. */
    | ({ readonly kind: 'host-read' } & Mapped & Checked)
    /**
     * The host counts in the first word of each page: reads it, compares it with the last number that it wrote, writes
     * the next. It must be the only writer there. SIGBUS is counted, a wrong number is a mismatch.
     */
    | ({ readonly kind: 'host-count' } & Mapped)
    /** Like `host-read`, by the guest: memory faults are counted. */
    | ({ readonly kind: 'guest-read' } & InGuest & Checked)
    /** Like `host-count`, by the guest. */
    | ({ readonly kind: 'guest-count' } & InGuest)
    /** Pins the pages with vmsplice and unpins them at once. */
    | ({ readonly kind: 'pin' } & Mapped)
    /** Punches a hole; allocates the range; or one after the other. */
    | ({ readonly kind: 'punch' | 'allocate' | 'reallocate'; readonly target: Gmem | File } & Range)
    /** Maps the range of the file, reads each page, unmaps it. SIGBUS is counted. */
    | ({ readonly kind: 'map'; readonly target: Gmem | File } & Range)
    /** Forks a child that reads each page and ends. */
    | ({ readonly kind: 'fork' } & Mapped)
    /** Binds the range of the file to a memslot, which no other has, and deletes the memslot. */
    | ({
        readonly kind: 'bind'
        readonly vm: Vm
        readonly target: Gmem
        readonly slot: number
        readonly gpa: number
      } & Mapped)
    /** Reads `size` bytes of a file from `offset` on, such as /proc/kpagecount; 64 KiB if not given. */
    | ({ readonly kind: 'read-file'; readonly path: string } & Partial<Range>)
    /** Writes a text to a file, such as 1 to /proc/sys/vm/compact_memory. */
    | { readonly kind: 'write-file'; readonly path: string; readonly text: string }
    /** Signals all other threads, and the one that performs operations; `value` nanoseconds lie between two rounds. */
    | { readonly kind: 'signal'; readonly value: number }
  )

/** The books of one actor; the counts are explained in wire/records.ts. */
export interface ActorReport extends Omit<Decoded<typeof records.actorReport.fields>, 'firstError' | Unnamed> {
  readonly firstError: ErrnoName
  /** The first unexpected end, such as `run-error ENOSPC at rip 0x1000`, `unexpected-exit 8 at …` (KVM's reason); or empty. */
  readonly firstUnexpected: string
  /** The slowest operation. */
  readonly slowestNanoseconds: number
}

type Unnamed = 'unexpectedOutcome' | 'unexpectedError' | 'unexpectedExit' | 'unexpectedRip' | 'slowest'

const fileSize = 64 * 1024

async function add(call: Call, actor: Actor): Promise<Outcome> {
  const request = { size: fileSize, ...actor, check: 'value' in actor && actor.value !== undefined }
  if (!('path' in actor)) return call('actorAdd', request)
  const text = actor.kind === 'write-file' ? `\0${actor.text}` : ''
  return call('actorAdd', request, { tail: Buffer.from(actor.path + text), note: actor.path })
}

function decodeReports(tail: Buffer, actors: number): ActorReport[] {
  return decodeRecords('actorReport', tail, actors).map((record) => {
    const { unexpectedOutcome, unexpectedError, unexpectedExit, unexpectedRip, slowest, ...report } = record
    const outcome = words.guest[unexpectedOutcome] ?? `outcome ${unexpectedOutcome}`
    const reason = unexpectedError === 0 ? unexpectedExit : errnoName(unexpectedError)
    const firstUnexpected = `${outcome} ${reason} at rip 0x${unexpectedRip.toString(16)}`
    return {
      ...report,
      firstError: errnoName(report.firstError),
      firstUnexpected: report.unexpected === 0 ? '' : firstUnexpected,
      slowestNanoseconds: slowest,
    }
  })
}

export class RaceOperations extends OperationGroup {
  /**
   * Makes the threads, starts them at the same moment, stops them after `duration` ms or when all have ended. On a busy
   * computer a race goes on, up to ten times as long, until each thread has done something.
   */
  async run(race: { readonly actors: readonly Actor[]; readonly duration: number }): Promise<ActorReport[]> {
    const { actors, duration } = race
    await this.start(actors)
    const patience = 10 * duration
    await this.call('actorsWait', { duration, patience }, { milliseconds: duration + patience + 10_000 })
    return this.stop()
  }

  /** Like `run`, but the threads go on while the caller does other things, until `stop`. */
  async start(actors: readonly Actor[]): Promise<void> {
    for (const actor of actors) await add(this.call, actor)
    await this.call('actorsStart', {})
  }

  async stop(): Promise<ActorReport[]> {
    const { tail, actors } = await this.call('actorsStop', {})
    return decodeReports(tail, actors)
  }
}
