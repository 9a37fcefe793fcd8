// The nouns that scenarios are written in. They hide the agent, the handles and the dialect of the kernel.
import type { ActorReport } from '../agent/actors.ts'
import type { Agent } from '../agent/client.ts'
import type { ErrnoName } from '../agent/errno.ts'
import type { Gmem, Mapping, Vcpu, Vm } from '../agent/wire/fields.ts'
import type { ConversionResult } from '../agent/gmem.ts'
import type { Outcome } from '../agent/wire/call.ts'
import type { pinMethods } from '../agent/vocabulary.ts'
import type { Dialect } from '../uapi/dialect.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import type { Check } from './check.ts'
import type { NestedVm } from './nested-vm.ts'
import type { MemoryFailure, GuestView, HostView } from './views.ts'
import type { Model, PageState } from '../model/reference-model.ts'
import type { Group, KernelMemory } from './kernel-words.ts'
import type { PageRange } from '../model/ranges.ts'
import type { PoolsView } from './pools.ts'
import type { Racer } from './racer.ts'

/** What `run` of a scenario is given. Everything made through it is closed after the scenario, whatever happened. */
export interface ScenarioContext {
  /** Checks on plain values. A check that fails ends the scenario with FAIL. */
  readonly check: Check
  /** A guest_memfd, mapped into the host, bound to a memslot of a VM that has one vCPU, with a model beside it. */
  readonly memory: (options: MemoryOptions) => Promise<Memory>
  /** The operation must have ended with this errno; `what` says which operation: "converting a pinned page". */
  readonly expectErrno: (outcome: Outcome, wanted: ErrnoName, what: string) => void
  /** The operation must have worked, with no signal and no fault; gives its reply back. */
  readonly expectDone: <Reply extends Outcome & { readonly outcome?: string }>(
    reply: Reply,
    what: string,
  ) => Reply
  /**
   * The kernel may log warnings like this, or worse: `/^Memory failure: /`. Any other one in the scenario's time fails
   * it, and so does a splat, whatever is expected.
   */
  readonly expectLog: (pattern: RegExp) => void
  /** The agent itself, one method an operation, for rules about arguments that no well-behaved program passes. */
  readonly agent: Agent
  /** Which conversion uAPI the kernel speaks. */
  readonly dialect: Dialect
  /** From here on the agent runs on this CPU alone: conversions, and accesses of the host. */
  readonly runOnCpu: (cpu: number) => Promise<void>
  /** The pools of huge pages. Needs `hugetlb`. */
  readonly pools: PoolsView
  /** Free memory, and what struct pages take of it. Needs `memmap-counters`. */
  readonly kernelMemory: () => Promise<KernelMemory>
  /** A control group for the rest of the scenario, or until it is left. Needs `hugetlb-cgroup`. */
  readonly enterGroup: (name: string) => Promise<Group>
  /**
   * Does an operation again and again while its first, second, … allocation fails, and tells `then` what came of each;
   * ends with the number of its allocations when there are no more. Needs `fault-injection`.
   */
  readonly failEachAllocation: (
    operation: () => Promise<Outcome>,
    then: (outcome: Outcome, nth: number) => Promise<void>,
  ) => Promise<number>
  /** Makes a frame usable again after a memory error that was made. Needs `hwpoison-inject`. */
  readonly unpoison: (pfn: number) => Promise<void>
  /** The nodes of all maple trees in the system: compare it with what it was before. Needs `slab-counters`. */
  readonly mapleNodes: () => Promise<number>
}

export interface MemoryOptions {
  /** Size of the file in 4K pages, with huge pages too: a multiple of what a huge page has. */
  readonly pages: number
  /** Makes the file of huge pages, from the pool of this size. Needs `hugetlb`. Default: of 4K pages. */
  readonly hugePages?: HugePageSize
  /** The state in which all pages begin. */
  readonly initially: PageState
  /** False: the file is in no memslot, and there is no guest that sees it. Default true. */
  readonly slot?: boolean
  /** False: the file is not mapped into the agent. Default true. */
  readonly mapped?: boolean
  /** Makes the file in the VM of this one; its guest sees both. Default: a VM of its own. */
  readonly beside?: Memory
  /**
   * True: a file that cannot be mapped is the private memory alone, and attributes of the VM choose between it and other
   * memory, on every kernel (need `vm-attributes`). Default: what the dialect of the kernel does.
   */
  readonly twoMemories?: boolean
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
  /** Converts with exactly this argument. Nothing is expected of it, and the model does not hear of it. */
  attemptConversion(to: PageState, argument: ConversionArgument): Promise<ConversionResult>
  /**
   * Binds a range to one more memslot, at a free guest address if none is given, where guest pages and huge pages of
   * the file begin at the same places. For in-place conversion.
   */
  bind(range: PageRange, place?: SlotPlace): Promise<Slot>
  /** A second descriptor of the file by dup(), and a mapping through it. */
  duplicate(): Promise<Descriptor>
  /** Converts pages one by one, in this order, all of which must succeed: one request, however many they are. */
  convertEach(to: PageState, options: ConvertEachOptions): Promise<void>
  /** Holds references to shared pages until it is released: by a pipe, or as for DMA (needs `gup-test`). */
  pin(range: PageRange, method: PinMethod): Promise<PinnedPages>
  /** A second mapping of the whole file in the same process. */
  mapAgain(): Promise<HostView>
  /** The mapping of the whole file in a forked child. */
  fork(): Promise<HostView>
  /** KVM_PRE_FAULT_MEMORY: the guest has all pages of the range mapped before it runs. Needs `pre-fault`. */
  preFault(range: PageRange): Promise<void>
  /** KVM_SET_MEMORY_ATTRIBUTES on the VM, for the addresses of the range; the model stays as it was. */
  setVmAttributes(state: PageState, range: PageRange): Promise<void>
  /**
   * Lets threads work on the file at the same moment and stops them after so many milliseconds: one report for each.
   * The model does not follow: convert and fill what they worked on before the next look.
   */
  race(milliseconds: number, racers: readonly Racer[]): Promise<readonly ActorReport[]>
  /**
   * Punches a hole: the contents of the range are zero again, and its state stays. Of huge pages only those that lie in
   * it as a whole are freed.
   */
  punchHole(range: PageRange): Promise<void>
  /** Allocates the pages that the range touches: whole huge pages, where the file is made of them. */
  allocate(range: PageRange): Promise<void>
  /** madvise with MADV_REMOVE: what the host says instead of punching a hole; for whole huge pages where there are any. */
  removeByAdvice(range: PageRange): Promise<void>
  /** How long the conversion of a range takes in the kernel, in nanoseconds; it must succeed. */
  timeConversion(to: PageState, range: PageRange): Promise<number>
  /**
   * A memory error in one page, which the host must have mapped: `madvise` is what a process can do to itself,
   * `inject` is what the hardware does to a frame (need `hwpoison-inject`). What the kernel says is in the answer, with
   * the frame for `unpoison`. That the kernel logs it is expected.
   */
  failMemory(range: PageRange, how: 'madvise' | 'inject'): Promise<MemoryFailure>
  /**
   * Each huge page of the range is one: the guest touches it and maps it as one page, kpageflags knows its frames as
   * those of a huge page, the host reaches nothing of it. Takes all pages of the file from the page tables of the guest
   * first. Needs `binary-stats`, `pagemap`.
   */
  expectWhole(range: PageRange): Promise<void>
  /**
   * Each huge page of the range is split in place: the guest touches it and maps 4K of it, its shared pages are in the
   * frames where the huge page was, kpageflags knows no huge page there. Needs as `expectWhole`.
   */
  expectSplit(range: PageRange): Promise<void>
  /** The counters of the pool and st_blocks are what the models of all files of this page size say. */
  expectAccounting(): Promise<void>
  /** So is what the control group of the agent is charged. Needs `hugetlb-cgroup`. */
  expectCharged(): Promise<void>
  /**
   * Everything at once: host and guest see in each page what the model says, SIGBUS included. Looking allocates. Of a
   * 1G page it reads all, which takes seconds: give a range there.
   */
  matchesModel(range?: PageRange): Promise<void>
}

/** What the caller of the ioctl writes into its argument, in bytes. */
export interface ConversionArgument {
  readonly offset: number | bigint
  readonly size: number | bigint
  /** 0 if not given, as the rules demand. */
  readonly errorOffset?: number | bigint
}

/**
 * Where in the guest a slot is: a guest address, or so many 4K pages behind the place where guest addresses and huge pages
 * of the file begin together: with `skewedBy` between them, no huge page of the file can be mapped as one.
 */
export type SlotPlace = number | { readonly skewedBy: number }

/** A memslot of a part of a file. */
export interface Slot {
  /** The guest's view through this slot; pages count from the start of the file. */
  readonly guest: GuestView
  /** The guest sees in each page of the slot, or of a part of it, what the model says. */
  matchesModel(range?: PageRange): Promise<void>
  /** Deletes the memslot. */
  unbind(): Promise<void>
}

/** One more descriptor of a file; the file's model follows what is done through it. */
export interface Descriptor {
  /** The view through a mapping that was made with this descriptor. */
  readonly host: HostView
  convert(to: PageState, range: PageRange): Promise<void>
  /** Closes the descriptor; its mapping stays. */
  close(): Promise<void>
}

export interface ConvertEachOptions {
  /** Where; default the whole file. */
  readonly range?: PageRange
  /** Only every n-th page of the range, from its first on; default all. */
  readonly every?: number
  readonly order: 'forward' | 'reverse' | { readonly random: number }
}

export type PinMethod = (typeof pinMethods)[number]

/** References to pages. Those that are left at the end of the scenario are released then. */
export interface PinnedPages extends AsyncDisposable {
  release(): Promise<void>
}

export interface MemoryHandles {
  /** The VM with its vCPU and its slots. */
  readonly nestedVm: NestedVm
  readonly vm: Vm
  readonly gmem: Gmem
  /** Missing with `mapped: false`. */
  readonly mapping: Mapping | undefined
  /** Makes the vCPU when it is first called. */
  readonly vcpu: () => Promise<Vcpu>
  /** Where page 0 of the file is in the guest. */
  readonly gpa: number
}
