// One guest_memfd in a nested VM, as scenarios see it, with the model beside it.
import type { ActorReport } from '../agent/actors.ts'
import type { Agent } from '../agent/client.ts'
import { converterOf, type Converter } from '../agent/converter.ts'
import type { ErrnoName } from '../agent/errno.ts'
import type { Gmem, Mapping, Pin, Vcpu } from '../agent/wire/fields.ts'
import type { ConversionResult } from '../agent/gmem.ts'
import { advices } from '../uapi/constants.ts'
import type { Memslot } from '../agent/kvm-vm.ts'
import { dialectSpecs, type Dialect } from '../uapi/dialect.ts'
import { pages as bytesOf } from '../base/units.ts'
import { check, expectDone } from './check.ts'
import type { ConversionTimes } from './kernel/conversion-times.ts'
import type {
  ConversionArgument,
  ConvertEachOptions,
  CopyOptions,
  Descriptor,
  Memory,
  MemoryHandles,
  MemoryOptions,
  PinMethod,
  PinnedPages,
  Slot,
  SlotPlace,
  ViewOptions,
} from './scenario-context.ts'
import { duplicateDescriptor } from './descriptor.ts'
import type { NestedVm } from './nested-vm.ts'
import { interfaceOf } from './kernel-interface.ts'
import { guestViewOf } from './guest-view.ts'
import { copyViewOf, hostViewOf, mapFile, mappingOf } from './host-view.ts'
import { expectAccounting, expectCharged, expectLayout, expectSplit, expectWhole } from './huge-page-layout.ts'
import type { HugeFiles, Laid } from './huge-page-layout.ts'
import { failPage, failureMessages } from './memory-failure.ts'
import type { CopyView, CopyWay, MemoryFailure, GuestView, HostView } from './views.ts'
import type { Model, PageState } from '../model/reference-model.ts'
import { describeRange, offsetOf, page, pages, sizeOf, type PageRange } from '../model/ranges.ts'
import { race } from './race.ts'
import type { Racer } from './racer.ts'
import { bindSlot } from './slot.ts'
import { performSteps } from './steps/perform-steps.ts'
import type { Step } from './steps/step.ts'

/** The parts that all files of a scenario share. */
export interface Stage {
  readonly agent: Agent
  readonly files: HugeFiles
  readonly expectLog: (pattern: RegExp) => void
  readonly times: ConversionTimes
}

/** The parts of one memory. */
export interface Parts {
  readonly nestedVm: NestedVm
  readonly gmem: Gmem
  readonly mapping: Mapping | undefined
  readonly gpa: number
  readonly model: Model
  readonly memslot: Memslot
}

/** The words of a scenario for an existing file. */
export class BoundMemory implements Memory {
  readonly pages: number
  readonly all: PageRange
  readonly model: Model
  readonly host: HostView
  readonly guest: GuestView
  readonly handles: MemoryHandles
  readonly #agent: Agent
  readonly #dialect: Dialect
  readonly #converter: Converter
  readonly #memslot: Memslot | undefined
  readonly #expectLog: (pattern: RegExp) => void
  readonly #laid: Laid | undefined
  readonly #times: ConversionTimes
  readonly bind = (range: PageRange, place?: SlotPlace): Promise<Slot> => bindSlot(this.#agent, this, range, place)
  readonly duplicate = (): Promise<Descriptor> => duplicateDescriptor(this.#agent, this.#dialect, this)
  readonly expectWhole = (range: PageRange): Promise<void> => expectWhole(this.#huge(), range)
  readonly expectSplit = (range: PageRange): Promise<void> => expectSplit(this.#huge(), range)
  readonly expectLayout = (range: PageRange): Promise<void> => expectLayout(this.#huge(), range)
  readonly expectAccounting = async (): Promise<void> =>
    this.#laid === undefined ? this.#expectBlocks() : expectAccounting(this.#laid)
  readonly expectCharged = (): Promise<void> => expectCharged(this.#huge())

  constructor(stage: Stage, dialect: Dialect, parts: Parts, options: MemoryOptions) {
    const { agent, files } = stage
    const { hugePages: hugePageSize } = options
    const { nestedVm, gmem, mapping, gpa } = parts
    const { vm } = nestedVm
    const vcpu = (): Promise<Vcpu> => nestedVm.vcpu()
    this.#agent = agent
    this.#dialect = dialect
    this.#memslot = options.slot === false ? undefined : parts.memslot
    this.#expectLog = stage.expectLog
    this.#times = stage.times
    if (hugePageSize !== undefined) {
      const rebind = (): Promise<void> => this.#rebind()
      this.#laid = { agent, memory: this, size: hugePageSize, files, frames: new Map(), rebind }
    }
    this.#converter = converterOf(agent, { dialect, vm, gmem, gpa })
    this.pages = options.pages
    this.all = pages(0, options.pages)
    this.model = parts.model
    this.handles = { nestedVm, vm, gmem, mapping, vcpu, gpa }
    this.host = hostViewOf(agent, mapping, this.model)
    this.guest = guestViewOf(agent, { vm, vcpu, gpa }, this.model)
  }

  async convert(to: PageState, range: PageRange): Promise<void> {
    await this.timeConversion(to, range)
  }

  async ensure(to: PageState, range: PageRange): Promise<void> {
    await this.#convert(to, range)
  }

  async expectRefusal(to: PageState, range: PageRange, errno: ErrnoName, at?: number): Promise<void> {
    const what = `converting ${describeRange(range)} to ${to}`
    const reply = await this.#converter.convert(to, offsetOf(range), sizeOf(range))
    check.equal(reply.errno, errno, what)
    if (at !== undefined) check.equal(reply.errorOffset, Number(bytesOf(at)), `error_offset of ${what}`)
  }

  attemptConversion(to: PageState, argument: ConversionArgument): Promise<ConversionResult> {
    return this.#converter.convert(to, argument.offset, argument.size, argument.errorOffset)
  }

  async close(): Promise<void> {
    const { gmem, mapping } = this.handles
    expectDone(await this.#agent.close(gmem), 'closing the file')
    if (mapping !== undefined) expectDone(await this.#agent.host.munmap(mapping), 'unmapping it')
  }

  async convertEach(to: PageState, options: ConvertEachOptions): Promise<void> {
    const { range = this.all, every = 1, order } = options
    const steps = Array.from({ length: Math.ceil(range.count / every) }, (_, step) => page(range.first + step * every))
    this.model.requireChange(to, steps)
    const reply = await this.#converter.convertMany({
      to,
      offset: offsetOf(range),
      size: sizeOf(range),
      stride: bytesOf(every),
      ...(typeof order === 'string' ? { order } : { order: 'random', seed: order.random }),
    })
    const what = `converting ${every === 1 ? 'each page' : `every ${every}. page`} of ${describeRange(range)} to ${to}`
    expectDone(reply, what)
    check.equal(reply.done, steps.length, `pages done by ${what}`)
    for (const step of steps) this.model.convert(to, step)
  }

  async pin(range: PageRange, method: PinMethod): Promise<PinnedPages> {
    const place = { mapping: mappingOf(this.handles), offset: offsetOf(range), size: sizeOf(range) }
    const reply = await this.#agent.host.pin({ ...place, method })
    let pin: Pin | undefined = expectDone(reply, `pinning ${describeRange(range)}`).pin
    this.model.hostLooked(range)
    const release = async (): Promise<void> => {
      if (pin === undefined) return
      expectDone(await this.#agent.close(pin), `unpinning ${describeRange(range)}`)
      pin = undefined
    }
    return { release, [Symbol.asyncDispose]: release }
  }

  async mapAgain(): Promise<HostView> {
    const { gmem } = this.handles
    const file = dialectSpecs[this.#dialect].inPlace ? gmem : undefined
    return hostViewOf(this.#agent, await mapFile(this.#agent, file, sizeOf(this.all)), this.model)
  }

  async fork(): Promise<HostView> {
    return hostViewOf(await this.#agent.fork(), this.handles.mapping, this.model)
  }

  viewOf(mapping: Mapping, { start = 0, process = this.#agent }: ViewOptions = {}): HostView {
    return hostViewOf(process, mapping, this.model, start)
  }

  copiesBy(way: CopyWay, { mapping = mappingOf(this.handles), start = 0, pid }: CopyOptions = {}): CopyView {
    return copyViewOf(this.#agent, { way, mapping, start, pid }, this.model)
  }

  async preFault(range: PageRange): Promise<void> {
    const { vcpu, gpa } = this.handles
    const reply = await this.#agent.guest.preFault(await vcpu(), gpa + offsetOf(range), sizeOf(range))
    expectDone(reply, `faulting in ${describeRange(range)}`)
    check.equal(reply.size, 0n, `bytes left after faulting in ${describeRange(range)}`)
    this.model.allocate(range)
  }

  async setVmAttributes(state: PageState, range: PageRange): Promise<void> {
    const { vm, gpa } = this.handles
    const reply = await this.#agent.gmem.convert({
      target: vm,
      dialect: 'vm-attributes',
      to: state,
      offset: gpa + offsetOf(range),
      size: sizeOf(range),
    })
    expectDone(reply, `setting the attributes of ${describeRange(range)}`)
  }

  race(milliseconds: number, racers: readonly Racer[]): Promise<readonly ActorReport[]> {
    for (const racer of racers) if (racer.does === 'convert') this.model.race(racer.range)
    const arena = { agent: this.#agent, dialect: this.#dialect, handles: this.handles }
    return race(arena, milliseconds, racers)
  }

  async punchHole(range: PageRange): Promise<void> {
    const reply = await this.#agent.gmem.punchHole(this.handles.gmem, offsetOf(range), sizeOf(range))
    expectDone(reply, `punching a hole at ${describeRange(range)}`)
    this.#freed(range)
  }

  async allocate(range: PageRange): Promise<void> {
    const reply = await this.#agent.gmem.allocate(this.handles.gmem, offsetOf(range), sizeOf(range))
    expectDone(reply, `allocating ${describeRange(range)}`)
    this.model.allocate(range)
  }

  async removeByAdvice(range: PageRange): Promise<void> {
    const { host } = this.#agent
    const mapping = mappingOf(this.handles)
    const reply = await host.madvise(mapping, offsetOf(range), sizeOf(range), advices.remove)
    expectDone(reply, `removing ${describeRange(range)} by advice`)
    this.#freed(range)
  }

  async timeConversion(to: PageState, range: PageRange): Promise<number> {
    this.model.requireChange(to, [range])
    return this.#convert(to, range)
  }

  async #convert(to: PageState, range: PageRange): Promise<number> {
    const reply = await this.#converter.convert(to, offsetOf(range), sizeOf(range))
    expectDone(reply, `converting ${describeRange(range)} to ${to}`)
    this.model.convert(to, range)
    this.#times.note(this.#laid?.size, to, range, reply.nanoseconds)
    return reply.nanoseconds
  }

  async perform(steps: readonly Step[]): Promise<void> {
    const { gmem: file, vm, mapping, gpa, vcpu } = this.handles
    const { target, base } = dialectSpecs[this.#dialect].conversion({ vm, gmem: file, gpa })
    const guest = this.#memslot === undefined ? {} : { vcpu: await vcpu() }
    const place = { file, target, dialect: this.#dialect, base, mapping, gpa, ...guest }
    await performSteps({ agent: this.#agent, model: this.model, place }, steps)
  }

  async failMemory(range: PageRange, how: 'madvise' | 'inject'): Promise<MemoryFailure> {
    this.#expectLog(failureMessages)
    return failPage(this.#agent, this, range, how)
  }

  async #expectBlocks(): Promise<void> {
    const { blocks } = expectDone(await this.#agent.gmem.status(this.handles.gmem), 'asking for the status')
    check.equal(blocks, interfaceOf(this.#dialect).blocksOf(this.model.allocatedPages), 'st_blocks')
  }

  #huge(): Laid {
    if (this.#laid === undefined) throw new Error('this file has no huge pages: make it with hugePages')
    return this.#laid
  }

  #freed(range: PageRange): void {
    this.model.free(range)
    for (const unit of this.model.units(range)) {
      if (!unit.allocated) this.#laid?.frames.delete(unit.range.first)
    }
  }

  async #rebind(): Promise<void> {
    if (this.#memslot === undefined) throw new Error('this memory was made with slot: false')
    const { vm, slot } = this.#memslot
    expectDone(await this.#agent.vm.deleteMemslot(vm, slot), 'deleting the memslot of the file')
    expectDone(await this.#agent.vm.setMemslot(this.#memslot), 'binding the file to its memslot again')
  }

  async matchesModel(range: PageRange = this.all): Promise<void> {
    const where = range === this.all ? '' : ` of ${describeRange(range)}`
    if (this.handles.mapping !== undefined) {
      const found = await this.host.look(range)
      check.equal(found, this.model.hostView(range), `host view${where}`)
    }
    if (this.#memslot !== undefined) {
      const found = await this.guest.look(range)
      check.equal(found, this.model.guestView(range), `guest view${where}`)
    }
  }
}
