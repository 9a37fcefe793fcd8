// The nouns that scenarios are written in. They hide the agent, the handles and the dialect of the kernel.
import type { Agent } from '../agent/client.ts'
import type { ErrnoName } from '../agent/errno.ts'
import type { Gmem, Mapping, Vcpu, Vm } from '../agent/fields.ts'
import type { Outcome } from '../agent/call.ts'
import type { PageLook } from '../agent/pages.ts'
import type { Dialect } from '../project/definition.ts'
import type { Check } from './check.ts'
import type { Model, PageState, Run, Tag } from './model.ts'
import type { PageRange } from './pages.ts'

/** What `run` of a scenario is given. Everything made through it is closed after the scenario, whatever happened. */
export interface ScenarioContext {
  /** Checks on plain values. A check that fails ends the scenario with FAIL. */
  readonly check: Check
  /** A guest_memfd, mapped into the host, bound to a memslot of a VM that has one vCPU, with a model beside it. */
  readonly memory: (options: MemoryOptions) => Promise<Memory>
  /** The operation must have ended with this errno; `what` says which operation: "converting a pinned page". */
  readonly expectErrno: (outcome: Outcome, wanted: ErrnoName, what: string) => void
  /** The agent itself, one method an operation, for rules about arguments that no well-behaved program passes. */
  readonly agent: Agent
  /** Which conversion uAPI the kernel speaks. */
  readonly dialect: Dialect
}

export interface MemoryOptions {
  /** Size of the file in 4K pages. */
  readonly pages: number
  /** The state in which all pages begin. */
  readonly initially: PageState
  /** False: the file is in no memslot, and there is no guest that sees it. Default true. */
  readonly slot?: boolean
  /** False: the file is not mapped into the agent. Default true. */
  readonly mapped?: boolean
}

/** One guest_memfd as a scenario sees it: two views of it, conversions, and the model of what must be in it. */
export interface Memory {
  readonly pages: number
  /** The whole file. */
  readonly all: PageRange
  /** What must be in the file by the rules. The methods below keep it up to date; it never learns from the kernel. */
  readonly model: Model
  /** The host's view through one mapping of the whole file. */
  readonly host: HostView
  /** The guest's view: a vCPU really runs for each of these. */
  readonly guest: GuestView
  /** The handles behind all this, for operations of the agent itself. */
  readonly handles: MemoryHandles
  /** Converts a range, which must succeed. */
  convert(to: PageState, range: PageRange): Promise<void>
  /** Converts a range, which must fail like this; the model stays as it was. `at`: the page that error_offset names. */
  expectRefusal(to: PageState, range: PageRange, errno: ErrnoName, at?: number): Promise<void>
  /** Frees the pages of a range (a hole). Their state stays, their contents are zero again. */
  punchHole(range: PageRange): Promise<void>
  /** Allocates the pages of a range. */
  allocate(range: PageRange): Promise<void>
  /** Everything at once: host and guest see in each page what the model says, SIGBUS included. */
  matchesModel(): Promise<void>
}

export interface MemoryHandles {
  readonly vm: Vm
  readonly gmem: Gmem
  /** Missing with `mapped: false`. */
  readonly mapping: Mapping | undefined
  /** Makes the vCPU when it is first called. */
  readonly vcpu: () => Promise<Vcpu>
  /** Where page 0 of the file is in the guest. */
  readonly gpa: number
}

export interface HostView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** Reading any page of the range is SIGBUS, and so is writing the first one and the last one. */
  expectSigbus(range: PageRange): Promise<void>
  /** What is there, in runs, without any expectation; `mixed` is a page that is not full of one byte. */
  look(range: PageRange): Promise<Run<PageLook>[]>
}

export interface GuestView {
  /** Fills each page of the range with a byte. */
  fill(range: PageRange, tag: Tag): Promise<void>
  /** Each page of the range is full of this byte. */
  expect(range: PageRange, tag: Tag): Promise<void>
  /** What is there, in runs, without any expectation; `fault` is an exit with KVM_EXIT_MEMORY_FAULT. */
  look(range: PageRange): Promise<Run<PageLook>[]>
}
