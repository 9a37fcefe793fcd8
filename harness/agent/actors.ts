// Races: threads in the agent that convert, access, pin and free the same pages at the same time, each keeping books.
import { ProtocolError } from '../base/errors.ts'
import { errnoName } from './errno.ts'
import type { ErrnoName } from './errno.ts'
import type { Call, Outcome } from './wire/call.ts'
import type { File, Gmem, Mapping, Vcpu, Vm } from './wire/fields.ts'
import { actorKinds, guestOutcomes } from './vocabulary.ts'
import type { ActorKind } from './vocabulary.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { PageState } from '../uapi/dialect-spec.ts'

interface Common {
  /** How often it does its work; as long as the race lasts if not given. */
  readonly rounds?: number
  /** The CPUs that it may run on, one bit each; all if not given. */
  readonly cpus?: number | bigint
}

/** What one thread of a race does, over and over, and what it is certain of. */
export type Actor = Common &
  (
    | {
        /**
         * Converts the range to `to`, then back, and so on. With a vCPU, which must belong to this actor alone: after
         * each success to private, the guest reads every page at `gpa` twice. A difference is a host that wrote
         * into a private page: a mismatch. After each success to shared it reads them once, so that the host has as
         * long to write.
         */
        readonly kind: 'convert'
        readonly target: Gmem | Vm
        readonly dialect: Dialect
        readonly to: PageState
        readonly offset: number
        readonly size: number
        readonly vcpu?: Vcpu
        readonly gpa?: number
      }
    | {
        /** The host reads each page; a word other than `value`, where given, is a mismatch. SIGBUS is counted. */
        readonly kind: 'host-read'
        readonly mapping: Mapping
        readonly offset: number
        readonly size: number
        readonly value?: number | bigint
      }
    | {
        /**
         * The host counts in the first word of each page: reads it, compares it with the last number that it wrote,
         * writes the next. It must be the only writer there. SIGBUS is counted, a wrong number is a mismatch.
         */
        readonly kind: 'host-count'
        readonly mapping: Mapping
        readonly offset: number
        readonly size: number
      }
    | {
        /** Like `host-read`, by the guest: memory faults are counted. */
        readonly kind: 'guest-read'
        readonly vcpu: Vcpu
        readonly gpa: number
        readonly size: number
        readonly value?: number | bigint
      }
    | {
        /** Like `host-count`, by the guest. */
        readonly kind: 'guest-count'
        readonly vcpu: Vcpu
        readonly gpa: number
        readonly size: number
      }
    | {
        /** Pins the pages with vmsplice and lets them go at once. */
        readonly kind: 'pin'
        readonly mapping: Mapping
        readonly offset: number
        readonly size: number
      }
    | {
        /** Punches a hole, allocates it again. */
        readonly kind: 'fallocate'
        readonly target: Gmem | File
        readonly offset: number
        readonly size: number
      }
    | {
        /** Reads `size` bytes of a file from `offset` on, such as /proc/kpagecount; 64 KiB if not given. */
        readonly kind: 'read-file'
        readonly path: string
        readonly offset?: number
        readonly size?: number
      }
    | {
        /** Writes a text to a file, such as 1 to /proc/sys/vm/compact_memory. */
        readonly kind: 'write-file'
        readonly path: string
        readonly text: string
      }
  )

/** The books of one actor. */
export interface ActorReport {
  readonly kind: ActorKind
  /** Passes over its range, or ioctls. */
  readonly rounds: number
  /** Pages accessed, or operations that succeeded. */
  readonly done: number
  readonly again: number
  /** Operations that failed with something else than EAGAIN, and the first such error. */
  readonly failed: number
  readonly firstError: ErrnoName
  /** SIGBUS in the host, KVM_EXIT_MEMORY_FAULT in the guest. */
  readonly faults: number
  /** Guest accesses that ended in neither success nor a memory fault. */
  readonly unexpected: number
  /** The first of them, such as `run-error ENOSPC at rip 0x1000`, `unexpected-exit 8 at …` (KVM's reason), `timeout EINTR at …`; or empty. */
  readonly firstUnexpected: string
  readonly mismatches: number
  /** The first mismatch: where in the actor's range, and the words. */
  readonly mismatchOffset: number
  readonly wanted: bigint
  readonly found: bigint
  /** The slowest operation. */
  readonly slowestNanoseconds: number
}

export interface RaceOperations {
  /** Makes the threads, lets them go at the same moment, stops them after `duration` ms or when all have ended. */
  run(options: { readonly actors: readonly Actor[]; readonly duration: number }): Promise<ActorReport[]>
  /** As `run`, but they go on while the caller does other things, until `stop`. */
  start(actors: readonly Actor[]): Promise<void>
  stop(): Promise<ActorReport[]>
}

const recordWords = 17
const fileSize = 64 * 1024

async function add(call: Call, actor: Actor): Promise<Outcome> {
  const value = 'value' in actor ? actor.value : undefined
  const path = 'path' in actor ? actor.path : ''
  const text = actor.kind === 'write-file' ? `\0${actor.text}` : ''
  return call(
    'actorAdd',
    {
      kind: actor.kind,
      target: 'target' in actor ? actor.target : undefined,
      mapping: 'mapping' in actor ? actor.mapping : undefined,
      vcpu: 'vcpu' in actor ? actor.vcpu : undefined,
      dialect: 'dialect' in actor ? actor.dialect : 'convert-ioctl',
      to: 'to' in actor ? actor.to : 'shared',
      offset: 'offset' in actor ? (actor.offset ?? 0) : 0,
      size: 'size' in actor ? (actor.size ?? fileSize) : fileSize,
      gpa: 'gpa' in actor ? (actor.gpa ?? 0) : 0,
      rounds: actor.rounds ?? 0,
      cpus: actor.cpus ?? 0,
      check: value !== undefined,
      value: value ?? 0,
    },
    { tail: Buffer.from(path + text), ...(path === '' ? {} : { note: path }) },
  )
}

function decodeReport(tail: Buffer, index: number): ActorReport {
  const word = (position: number): bigint => tail.readBigUInt64LE((index * recordWords + position) * 8)
  const kind = actorKinds[Number(word(0))]
  if (kind === undefined) throw new ProtocolError('AGENT_GARBAGE', `actor ${index} has no kind`)
  return {
    kind,
    rounds: Number(word(1)),
    done: Number(word(2)),
    again: Number(word(3)),
    failed: Number(word(4)),
    firstError: errnoName(Number(word(5))),
    faults: Number(word(6)),
    unexpected: Number(word(7)),
    firstUnexpected:
      word(7) === 0n
        ? ''
        : `${unexpectedEnd(Number(word(8)), Number(word(9)), Number(word(10)))} at rip 0x${word(11).toString(16)}`,
    mismatches: Number(word(12)),
    mismatchOffset: Number(word(13)),
    wanted: word(14),
    found: word(15),
    slowestNanoseconds: Number(word(16)),
  }
}

function unexpectedEnd(outcome: number, error: number, exitReason: number): string {
  const name = guestOutcomes[outcome] ?? `outcome ${outcome}`
  return error === 0 ? `${name} ${exitReason}` : `${name} ${errnoName(error)}`
}

export function raceOperations(call: Call): RaceOperations {
  async function start(actors: readonly Actor[]): Promise<void> {
    for (const actor of actors) await add(call, actor)
    await call('actorsStart', {})
  }
  async function stop(): Promise<ActorReport[]> {
    const { tail, actors } = await call('actorsStop', {})
    return Array.from({ length: actors }, (_, index) => decodeReport(tail, index))
  }
  return {
    start,
    stop,
    run: async ({ actors, duration }) => {
      await start(actors)
      await call('actorsWait', { duration }, { milliseconds: duration + 10_000 })
      return stop()
    },
  }
}
