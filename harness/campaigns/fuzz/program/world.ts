// The world of a program: what the reference model expects of its file, and the objects that its steps have made.
import type { Made } from '../../../agent/wire/codec.ts'
import type { Vcpu, Vm } from '../../../agent/wire/fields.ts'
import type { HugePageSize } from '../../../base/huge-page-sizes.ts'
import type { Capability } from '../../../catalogue/capabilities.ts'
import { Model, type PageState } from '../../../model/reference-model.ts'
import { endOf, pages, pagesPerHugePage, type PageRange } from '../../../model/ranges.ts'
import type { Dialect } from '../../../uapi/dialect.ts'
import { interfaceOf, type KernelInterface } from '../../../vocabulary/kernel-interface.ts'
import type { GuestPages } from './guest-pages.ts'
import { Layout } from './file-layout.ts'
import { PoolCounters, type Share } from './pool-counters.ts'

/** The sizes of pages that a file of a program can have. */
export const pageSizes = ['4K', '2M', '1G'] as const
export type PageSize = (typeof pageSizes)[number]

/** The file of a program, before its first step. */
export interface Shape {
  readonly pageSize: PageSize
  readonly pages: number
  readonly initially: PageState
  /** The pages of the file between both halves of `pages`: nothing but conversions and holes reaches them. Default 0. */
  readonly gap?: number
}

/** The kernel under test, as far as programs depend on it. */
export interface Subject {
  readonly dialect: Dialect
  readonly available: ReadonlySet<Capability>
  /** The time that a vCPU has inside the agent, in milliseconds. */
  readonly timeout: number
  /** The nested VM that programs share, since it takes longer to make than to run a program: each leaves it empty. */
  readonly vm: Vm
  readonly vcpu: Vcpu
}

/** The accesses of the host that a mapping allows. */
export const rights = ['all', 'read', 'none'] as const

/** A mapping of a range of the file. */
export interface Mapped {
  /** Default: all. */
  readonly rights?: (typeof rights)[number]
  readonly made: Made
  readonly range: PageRange
  /** The child that has it; undefined for the process that begins the program. */
  readonly child?: Made | undefined
}

/** A memslot that binds a range of the file. */
interface Bound {
  readonly number: number
  readonly window: number
  /** The guest address of the first page of the range. */
  readonly gpa: number
  readonly range: PageRange
  /** The mapping that is its host address. */
  readonly mapping?: Made
  /** The pages that the guest maps through it. */
  readonly guest: GuestPages
}

/** References to pages of the file; a hole of 4K pages takes pages out of the file, and so out of `held`. */
interface Held {
  readonly made: Made
  held: readonly number[]
  readonly method: string
  /** The child that holds them; a pin that a child has inherited lasts until both have let it go. */
  readonly child?: Made | undefined
}

/** Returns the size of the huge pages of a file; undefined at 4K. */
export function hugePagesOf({ pageSize }: Pick<Shape, 'pageSize'>): HugePageSize | undefined {
  return pageSize === '4K' ? undefined : pageSize
}

/** A block has 512 bytes. */
const blocksOfPage = 8

/** Steps choose from the last places that earlier steps had a range begin or end at. */
const placesKept = 8

/** The state that a program has reached by the model. Steps change it in the order of the program. */
export class World {
  readonly shape: Shape
  readonly subject: Subject
  readonly uapi: KernelInterface
  readonly model: Model
  readonly layout: Layout
  readonly hugePages: HugePageSize | undefined
  /** The pool of its huge pages. */
  readonly pool: PoolCounters | undefined
  readonly descriptors: Made[] = []
  /** The mappings of all processes, in the order in which they came to be. */
  readonly mappings: Mapped[] = []
  readonly children: Made[] = []
  readonly pins: Held[] = []
  readonly slots: Bound[] = []
  /** The number of the next slot. */
  nextSlot = 0
  /** The first and the last pages of earlier ranges, the oldest first. */
  readonly places: number[] = []

  constructor(shape: Shape, subject: Subject) {
    this.shape = shape
    this.subject = subject
    this.uapi = interfaceOf(subject.dialect)
    this.hugePages = hugePagesOf(shape)
    this.layout = new Layout(shape.pages, shape.gap ?? 0)
    this.pool = this.hugePages === undefined ? undefined : new PoolCounters(this.hugePages)
    const pagesPerUnit = this.hugePages === undefined ? 1 : pagesPerHugePage(this.hugePages)
    this.model = new Model({ pages: shape.pages, initially: shape.initially, inPlace: true, pagesPerUnit })
  }

  get vm(): Vm {
    return this.subject.vm
  }

  get vcpu(): Vcpu {
    return this.subject.vcpu
  }

  /** The mappings of the process that begins the program. */
  get ownMappings(): readonly Mapped[] {
    return this.mappings.filter(({ child }) => child === undefined)
  }

  get all(): PageRange {
    return pages(0, this.shape.pages)
  }

  /** st_blocks of the file: the dialects agree about huge pages alone. */
  get blocks(): number {
    const { allocatedPages } = this.model
    return this.hugePages === undefined ? this.uapi.blocksOf(allocatedPages) : allocatedPages * blocksOfPage
  }

  /** What the file has of the pool of its huge pages. */
  get share(): Share {
    const taken = this.model.allocatedPages / this.model.pagesPerUnit
    return { taken, reserved: this.shape.pages / this.model.pagesPerUnit - taken }
  }

  /** Remembers a range: later steps look for its neighbours. */
  visit(range: PageRange): void {
    this.places.push(range.first, endOf(range))
    this.places.splice(0, Math.max(0, this.places.length - placesKept))
  }

  /** Returns the pages of the range that something holds, in their order. */
  heldIn(range: PageRange): number[] {
    return this.pins
      .flatMap(({ held }) => held)
      .filter((index) => index >= range.first && index < endOf(range))
      .toSorted((left, right) => left - right)
  }

  /** Tells whether a slot has pages of the range. */
  isBound(range: PageRange): boolean {
    return this.slots.some(({ range: other }) => other.first < endOf(range) && range.first < endOf(other))
  }

  /** Tells whether all pages of the range have memory. */
  isAllocated(range: PageRange): boolean {
    return this.model.units(range).every(({ allocated }) => allocated)
  }

  /** Tells whether all pages of the range have the state. */
  isAll(state: PageState, range: PageRange): boolean {
    return this.model.stateRuns(range).every(({ value }) => value === state)
  }
}
