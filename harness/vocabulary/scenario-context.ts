// The nouns of scenarios. They hide the agent, the handles and the dialect of the kernel.
import type { ActorReport } from '../agent/actors.ts'
import type { Agent, Operations } from '../agent/client.ts'
import type { ErrnoName } from '../agent/errno.ts'
import type { Gmem, Mapping, Vcpu, Vm } from '../agent/wire/fields.ts'
import type { ConversionResult } from '../agent/gmem.ts'
import type { words } from '../agent/vocabulary.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import type { Check, expectDone, expectErrno } from './check.ts'
import type { Outcome } from '../agent/wire/call.ts'
import type { FailingAllocations, LastingFailures } from './disturb/failing-allocations.ts'
import type { KernelInterface } from './kernel-interface.ts'
import type { NestedVm } from './nested-vm.ts'
import type { CopyView, CopyWay, MemoryFailure, GuestView, HostView } from './views.ts'
import type { Model, PageState } from '../model/reference-model.ts'
import type { Group } from './kernel/control-group.ts'
import type { KernelMemory } from './kernel-words.ts'
import type { PageRange } from '../model/ranges.ts'
import type { Signalled, Survivable } from './disturb/signalled.ts'
import type { PoolsView } from './pools.ts'
import type { Rounds } from './kernel/leaves-nothing.ts'
import type { Racer } from './racer.ts'
import type { Step } from './steps/step.ts'

/** The argument of `run` of a scenario. Everything created through it is closed after the scenario. */
export interface ScenarioContext {
  /** Checks plain values. A check that fails ends the scenario with FAIL. */
  readonly check: Check
  /** Creates a guest_memfd, maps it on the host, and binds it to a memslot of a nested VM with one vCPU. */
  readonly memory: (options: MemoryOptions) => Promise<Memory>
  readonly expectErrno: typeof expectErrno
  readonly expectDone: typeof expectDone
  /**
   * Expects warnings in the kernel log that match: `/^Memory failure: /`. Any other warning during the scenario fails it,
   * and so does a splat in any case.
   */
  readonly expectLog: (pattern: RegExp) => void
  /** The agent itself, one method an operation, for arguments that no correct program passes. */
  readonly agent: Agent
  /** The dialect of the kernel, for operations of `agent`. */
  readonly dialect: Dialect
  /** The flags, numbers and expectations of this dialect: the only place where a scenario gets them from. */
  readonly uapi: KernelInterface
  /**
   * Returns the files of a list that the kernel offers: those of 4K pages always, those with `hugePages`, beside or in their
   * `options`, where it has them. A scenario with `pools` that does not need `hugetlb` runs at 4K on every kernel.
   */
  readonly offered: <Kind extends object>(kinds: readonly Kind[]) => Kind[]
  /** Pins the agent to this CPU for the rest of the scenario: its conversions, and the accesses of the host. */
  readonly runOnCpu: (cpu: number) => Promise<void>
  /** The pools of huge pages. Requires `hugetlb`. */
  readonly pools: PoolsView
  /** Reads the free memory and the memory of struct pages. Requires `memmap-counters`. */
  readonly kernelMemory: () => Promise<KernelMemory>
  /** Puts the agent into a new control group until it leaves or the scenario ends. Requires `hugetlb-cgroup`. */
  readonly enterGroup: (name: string) => Promise<Group>
  /** Counts the removed control groups that something still uses, after a while if there are some. */
  readonly dyingGroups: () => Promise<number>
  /**
   * Repeats an operation while its first, second, … allocation of a kind fails, and passes each outcome to `after`. The
   * scenario names these allocations, and fails if they do not end in ENOMEM as often as it tells. Requires
   * `fault-injection`.
   */
  readonly failEachAllocation: <Kind extends Outcome>(options: FailingAllocations<Kind>) => Promise<void>
  /**
   * The same with allocations that go on failing: from a position on, which moves, all that follow fail, or so many in a row,
   * so that a second try of the kernel does not help. Requires `fault-injection`.
   */
  readonly failAllocationsFrom: <Kind extends Outcome>(options: LastingFailures<Kind>) => Promise<void>
  /**
   * Repeats a round of operations within the agent. Each call must end as it tells, and the kernel must hold hardly more
   * afterwards: objects of any slab, pages, huge pages, descriptors. Returns how often each call ended with an errno.
   */
  readonly leavesNothing: (rounds: Rounds) => Promise<readonly number[]>
  /**
   * Causes a memory error in a frame, as the hardware does. The messages of the kernel about it are expected. Requires
   * `hwpoison-inject`.
   */
  readonly failFrame: (pfn: number) => Promise<MemoryFailure>
  /** Performs one operation of the agent, which gets signals meanwhile, and counts them. */
  readonly signalled: <Kind>(options: Survivable, operation: () => Promise<Kind>) => Promise<Signalled<Kind>>
  /**
   * Forks a child, which performs one operation and gets SIGKILL after so many nanoseconds. Returns whether it died in the
   * operation.
   */
  readonly killedDuring: (after: number, operation: (child: Operations) => Promise<unknown>) => Promise<boolean>
  /**
   * Makes a frame usable again after an injected memory error: of a huge page in its pool, the first frame. Requires
   * `hwpoison-inject`.
   */
  readonly unpoison: (pfn: number) => Promise<void>
  /** Counts the nodes of all maple trees in the instance; only differences are meaningful. Requires `slab-counters`. */
  readonly mapleNodes: () => Promise<number>
}

export interface MemoryOptions {
  /** The size of the file in 4K pages, also with huge pages: a multiple of their number in a huge page. */
  readonly pages: number
  /** Creates a file of huge pages from the pool of this size. Requires `hugetlb`. Default: 4K pages. */
  readonly hugePages?: HugePageSize
  /** The first state of all pages. */
  readonly initially: PageState
  /** False: no memslot, so no guest sees the file. Default true. */
  readonly slot?: boolean
  /** False: the agent does not map the file. Default true. */
  readonly mapped?: boolean
  /** Creates the file in the nested VM of this one; its guest sees both. Default: a nested VM of its own. */
  readonly beside?: Memory
  /**
   * True: the file cannot be mapped and is the private memory alone, and attributes of the VM select between it and other
   * memory, on every kernel (requires `vm-attributes`). Default: as the dialect of the kernel works.
   */
  readonly twoMemories?: boolean
}

/** A guest_memfd in a scenario: a view of each side, conversions, and the model of its expected contents. */
export interface Memory {
  readonly pages: number
  /** The whole file. */
  readonly all: PageRange
  /** The expected state and contents by the rules. The methods below update it; it never learns from the kernel. */
  readonly model: Model
  /** The view of the host through one mapping of the whole file. */
  readonly host: HostView
  /** The view of the guest: a vCPU really runs for each access. */
  readonly guest: GuestView
  /** The handles of the agent, for operations of the agent itself. */
  readonly handles: MemoryHandles
  /** Converts a range; this must succeed. By the model, it must change a page: otherwise the scenario is broken. */
  convert(to: PageState, range: PageRange): Promise<void>
  /** Converts a range of which all pages may have the state already; this must succeed. */
  ensure(to: PageState, range: PageRange): Promise<void>
  /** Converts a range, which must fail with this errno and name the page `at` in error_offset; the model stays. */
  expectRefusal(to: PageState, range: PageRange, errno: ErrnoName, at?: number): Promise<void>
  /** Passes exactly this argument to a conversion. Expects nothing, and does not update the model. */
  attemptConversion(to: PageState, argument: ConversionArgument): Promise<ConversionResult>
  /**
   * Binds a range to one more memslot. The default place is a free guest address that is congruent to the offset modulo the
   * size of a huge page. For in-place conversion.
   */
  bind(range: PageRange, place?: SlotPlace): Promise<Slot>
  /** Closes the descriptor of the file, and then its mapping. */
  close(): Promise<void>
  /** Adds a descriptor of the file by dup(), and a mapping through it. */
  duplicate(): Promise<Descriptor>
  /** Converts pages one by one in the given order, by one request to the agent; all conversions must succeed. */
  convertEach(to: PageState, options: ConvertEachOptions): Promise<void>
  /** Takes references to shared pages until `release()`: in a pipe, or as for DMA (requires `gup-test`). */
  pin(range: PageRange, method: PinMethod): Promise<PinnedPages>
  /** Adds a mapping of the whole file in the same process. */
  mapAgain(): Promise<HostView>
  /** Forks a child, and returns the view through its mapping of the whole file. */
  fork(): Promise<HostView>
  /** The view through another mapping of the file, which need not begin at page 0, and of another process. */
  viewOf(mapping: Mapping, options?: ViewOptions): HostView
  /** The copies that the kernel makes from and to the host's pages in one way. */
  copiesBy(way: CopyWay, options?: CopyOptions): CopyView
  /** Maps all pages of the range into the guest before it runs: KVM_PRE_FAULT_MEMORY. Requires `pre-fault`. */
  preFault(range: PageRange): Promise<void>
  /** Calls KVM_SET_MEMORY_ATTRIBUTES on the VM for the addresses of the range; the model stays. */
  setVmAttributes(state: PageState, range: PageRange): Promise<void>
  /**
   * Runs threads on the file at the same time, and stops them after so many milliseconds. Returns a report for each. The
   * model does not follow: convert and fill the affected pages before the next look.
   */
  race(milliseconds: number, racers: readonly Racer[]): Promise<readonly ActorReport[]>
  /** Punches a hole: the range reads as zero again and keeps its state. Only whole huge pages in it are freed. */
  punchHole(range: PageRange): Promise<void>
  /** Allocates the pages that the range touches: whole huge pages in a file of huge pages. */
  allocate(range: PageRange): Promise<void>
  /** Frees a range by madvise with MADV_REMOVE on the host mapping; the effect is that of a hole. */
  removeByAdvice(range: PageRange): Promise<void>
  /** Converts a range, which must succeed, and returns the duration in the kernel, in nanoseconds. */
  timeConversion(to: PageState, range: PageRange): Promise<number>
  /**
   * Does many small operations in one request, which is much faster than the other words. All must succeed, and each look
   * must find what the model says at that step.
   */
  perform(steps: readonly Step[]): Promise<void>
  /**
   * Causes a memory error in the first page of the range, which the host must have mapped: `madvise` as a process can,
   * `inject` as the hardware does (requires `hwpoison-inject`). The messages of the kernel about it are expected.
   */
  failMemory(range: PageRange, how: 'madvise' | 'inject'): Promise<MemoryFailure>
  /**
   * Each huge page of the range is whole: the guest touches it and maps it as one page, kpageflags shows frames of a huge
   * page, and every access of the host fails. Unmaps all pages of the file from the guest first. Requires `binary-stats`,
   * `pagemap`.
   */
  expectWhole(range: PageRange): Promise<void>
  /**
   * Each huge page of the range is split in place: the guest touches it and maps 4K of it, its shared pages are in the
   * frames of the huge page, and kpageflags shows no huge page there. Requires the same as `expectWhole`.
   */
  expectSplit(range: PageRange): Promise<void>
  /**
   * Each huge page of the range is split or whole as the model says, by the flags of all its frames, which are the same as
   * before. Only the host touches it, in its shared pages: a 1G page that the guest touches while it is whole is zeroed,
   * which takes seconds. A whole huge page must have been seen split before. Requires `pagemap`.
   */
  expectLayout(range: PageRange): Promise<void>
  /** The counters of the pool and st_blocks equal the models of all files of this page size. */
  expectAccounting(): Promise<void>
  /** The charges of the agent's control group equal the models as well. Requires `hugetlb-cgroup`. */
  expectCharged(): Promise<void>
  /**
   * The views of host and guest equal the model in each page, SIGBUS included. The look allocates. It reads all of a 1G
   * page, which takes seconds: pass a range there.
   */
  matchesModel(range?: PageRange): Promise<void>
}

/** The argument of a conversion ioctl, in bytes. */
export interface ConversionArgument {
  readonly offset: number | bigint
  readonly size: number | bigint
  /** Default 0, as the rules demand. */
  readonly errorOffset?: number | bigint
}

/**
 * The place of a slot in the guest: a guest address, or a distance in 4K pages from an address that is congruent to the
 * offset in the file. With a distance, no huge page of the file can be mapped as one.
 */
export type SlotPlace = number | { readonly skewedBy: number }

/** A memslot of a part of a file. */
export interface Slot {
  /** The view of the guest through this slot; pages count from the start of the file. */
  readonly guest: GuestView
  /** The guest's view equals the model in each page of the slot, or of a part of it. */
  matchesModel(range?: PageRange): Promise<void>
  /** Faults pages in through this slot, without an access by the guest. */
  preFault(range: PageRange): Promise<void>
  /** Deletes the memslot. */
  unbind(): Promise<void>
}

/** One more descriptor of a file; operations through it update the model of the file. */
export interface Descriptor {
  /** The view through a mapping that was made with this descriptor. */
  readonly host: HostView
  convert(to: PageState, range: PageRange): Promise<void>
  /** Closes the descriptor; its mapping stays. */
  close(): Promise<void>
}

export interface ConvertEachOptions {
  /** Default: the whole file. */
  readonly range?: PageRange
  /** Converts only every n-th page of the range, from its first page on. Default: all pages. */
  readonly every?: number
  readonly order: 'forward' | 'reverse' | { readonly random: number }
}

export interface ViewOptions {
  /** The page of the file at the start of the mapping. Default 0. */
  readonly start?: number
  /** The process that accesses the mapping: a child of the agent. Default: the agent. */
  readonly process?: Operations
}

export interface CopyOptions {
  /** Default: the mapping of the whole file. */
  readonly mapping?: Mapping
  /** The page of the file at the start of the mapping. Default 0. */
  readonly start?: number
  /** The process whose mapping it is: a child of the agent. Default: the agent. */
  readonly pid?: number
}

export type PinMethod = (typeof words.pin)[number]

/** References to pages. The end of the scenario releases them if the scenario did not. */
export interface PinnedPages extends AsyncDisposable {
  release(): Promise<void>
}

export interface MemoryHandles {
  /** The nested VM with its vCPUs and its slots. */
  readonly nestedVm: NestedVm
  readonly vm: Vm
  readonly gmem: Gmem
  /** Missing with `mapped: false`. */
  readonly mapping: Mapping | undefined
  /** Creates the vCPU at the first call. */
  readonly vcpu: () => Promise<Vcpu>
  /** The guest address of page 0 of the file. */
  readonly gpa: number
}
