// The memory of a page fails: host and guest lose this page and no other, and a hole gives the file good memory for it.
import { boolean, nat, tuple } from 'fast-check'
import { z } from 'zod'
import type { CallRequest, Made } from '../../../../agent/wire/codec.ts'
import { pageSize } from '../../../../base/units.ts'
import { page, type PageRange } from '../../../../model/ranges.ts'
import type { Tag } from '../../../../model/reference-model.ts'
import {
  advices,
  deadlySignals,
  fallocateModes,
  mapFlags,
  protections,
  signalCodes,
  type PageState,
} from '../../../../uapi/constants.ts'
import { dialectSpecs } from '../../../../uapi/dialect.ts'
import { choose, isInside, natural, rangeIn } from '../../places/page-places.ts'
import type { Plan } from '../../program/plan.ts'
import { addTaking } from '../../program/take-pages.ts'
import type { World } from '../../program/world.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

interface Args {
  readonly index: number
  /** The descriptor of the file, from the oldest. */
  readonly descriptor: number
  /** Whether the failed page is converted to private and back before the hole. */
  readonly converted: boolean
}

interface Place {
  readonly world: World
  readonly plan: Plan
  readonly file: Made
  readonly failed: PageRange
}

export const failPageStep: StepKind = stepKind<Args>({
  name: 'fail-page',
  weight: 1,
  needs: { capability: 'hwpoison-inject' },
  fields: z.strictObject({ index: natural, descriptor: natural.default(0), converted: z.boolean().default(false) }),
  arbitrary: (shape) =>
    tuple(rangeIn(shape, 1), nat(3), boolean()).map(([draft, descriptor, converted]) => (world) => ({
      index: draft(world).first,
      descriptor: choose(descriptor, world.descriptors),
      converted,
    })),
  // A failed frame is lost for as long as the instance runs: a frame of 4K is cheap, a huge page of the pool is not.
  check: ({ index, descriptor }, world) => {
    const failed = page(index)
    const isSmall = world.hugePages === undefined && isInside(failed, world.all)
    return isSmall && descriptor < world.descriptors.length && world.heldIn(failed).length === 0
  },
  act: ({ index, descriptor, converted }, world, plan) => {
    const file = world.descriptors[descriptor]
    if (file === undefined) return
    const place: Place = { world, plan, file, failed: page(index) }
    // The marks of a failed page stay in each mapping that has it: so no other mapping has it when it fails.
    convert('private', place)
    convert('shared', place)
    fail(place)
    lookAsGuest(place, 'fault')
    if (converted) {
      plan.add('convert', conversion('private', place), { errno: world.uapi.expects.failedPageToPrivate })
      convert('shared', place)
      lookAsGuest(place, 'fault')
    }
    replace(place)
    world.visit(place.failed)
  },
  describe: ({ index, converted }) => `fail the memory of page ${index}${converted ? ', and convert it' : ''}`,
})

function conversion(to: PageState, { world, file, failed }: Place): CallRequest<'convert'> {
  const { dialect } = world.subject
  const { target, base } = dialectSpecs[dialect].conversion({ gmem: file, vm: world.vm, gpa: 0 })
  const { offset, size } = world.layout.bytesOf(failed)
  return { target, dialect, to, offset: base + offset, size }
}

function convert(to: PageState, place: Place): void {
  const { world, plan, failed } = place
  const taken = world.isAll(to, failed) ? [] : [failed]
  addTaking('convert', conversion(to, place), { taken, expected: {} }, { world, plan })
  world.model.convert(to, failed)
}

/** Makes the memory fail in a mapping of its own: the guest loses the page, and the mapping knows why. */
function fail(place: Place): void {
  const { world, plan, file, failed } = place
  const { offset } = world.layout.bytesOf(failed)
  const flags = mapFlags.shared
  const protection = protections.read | protections.write
  const mapping = plan.add('mmap', { file, offset, length: pageSize, protection, flags })
  world.model.hostLooked(failed)
  const value = world.model.guestView(failed)[0]?.value ?? 0
  lookAsHost(mapping, place, value)
  // Of a page that nothing has written, the kernel loses no data, and some kernels send no signal for it.
  plan.add(
    'hostFill',
    { mapping, offset: 0, size: pageSize, pattern: 'byte', value },
    { fields: { outcome: 'done', bytes: pageSize } },
  )
  lookAsGuest(place, value)
  addTaking(
    'madvise',
    { mapping, offset: 0, length: pageSize, advice: advices.hwpoison },
    {
      taken: [failed],
      // The caller meets the failure as an access of its own: the signal comes before the error number, and may name the
      // page at its address in any mapping of the process.
      expected: { fields: { signal: deadlySignals.BUS, signalCode: signalCodes.memoryFailed } },
    },
    { world, plan },
  )
  lookAsHost(mapping, place, 'sigbus')
  plan.add('munmap', { mapping, offset: 0, length: 0 })
}

function lookAsHost(mapping: Made, { plan, failed }: Place, value: unknown): void {
  const runs = { first: failed.first, wanted: [{ first: failed.first, count: 1, value }] }
  plan.add('hostScan', { mapping, offset: 0, size: pageSize }, { runs })
}

function lookAsGuest({ world, plan, failed }: Place, value: Tag | 'fault' | undefined): void {
  const { vcpu, slots, subject } = world
  for (const { gpa, range, guest } of slots) {
    if (!isInside(failed, range)) continue
    if (value !== 'fault') guest.touch(failed)
    const request = {
      vcpu,
      gpa: gpa + (failed.first - range.first) * pageSize,
      size: pageSize,
      timeout: subject.timeout,
    }
    const runs = { first: failed.first, wanted: [{ first: failed.first, count: 1, value }] }
    plan.add('guestScan', request, { fields: { outcome: 'done' }, runs })
  }
}

/** A hole frees the failed page, and the next touch gets good memory. */
function replace(place: Place): void {
  const { world, plan, file, failed } = place
  const { offset, size: length } = world.layout.bytesOf(failed)
  const mode = fallocateModes.keepSize | fallocateModes.punchHole
  world.model.free(failed)
  addTaking('fallocate', { file, mode, offset, length }, { taken: [failed], expected: {} }, { world, plan })
  plan.add('fallocate', { file, mode: fallocateModes.keepSize, offset, length })
  world.model.allocate(failed)
  lookAsGuest(place, world.model.guestView(failed)[0]?.value)
}
