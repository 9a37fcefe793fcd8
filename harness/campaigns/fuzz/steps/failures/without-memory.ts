// An operation for which an allocation of the kernel fails: it changes nothing, or copes; the next try succeeds.
import { boolean, constantFrom, nat, tuple } from 'fast-check'
import { z } from 'zod'
import { words } from '../../../../agent/vocabulary.ts'
import type { OperationName } from '../../../../agent/wire/operations.ts'
import type { CallRequest, Made } from '../../../../agent/wire/codec.ts'
import { pages, type PageRange } from '../../../../model/ranges.ts'
import { fallocateModes, memslotFlags, type PageState } from '../../../../uapi/constants.ts'
import { dialectSpecs } from '../../../../uapi/dialect.ts'
import {
  bytesAt,
  cutTo,
  describePages,
  isInside,
  natural,
  rangeFields,
  rangeIn,
  rangeOf,
  type RangeArgs,
} from '../../places/page-places.ts'
import { GuestPages } from '../../program/guest-pages.ts'
import type { Expected } from '../../program/model-difference.ts'
import type { Plan } from '../../program/plan.ts'
import { windowAt, windows } from '../../program/windows.ts'
import type { World } from '../../program/world.ts'
import { stepKind, type StepKind } from '../step-kind.ts'

const operations = ['to-shared', 'to-private', 'allocate', 'bind'] as const

interface Args extends RangeArgs {
  readonly does: (typeof operations)[number]
  /** The kind of allocations that fail. */
  readonly of: (typeof words.allocation)[number]
  /** How many of them succeed before. */
  readonly after: number
  /** Whether all allocations behind the failing one fail as well. */
  readonly lasting: boolean
}

/** More than any operation has. */
const all = 1_000_000
/** What may be allocated before the first lasting failure: bytes of objects and nodes, a number of pages. */
const spaceOf = { objects: 64, pages: 1, nodes: 256 } as const
const mostBefore = 12

export const withoutMemoryStep: StepKind = stepKind<Args>({
  name: 'without-memory',
  weight: 1,
  needs: { capability: 'fault-injection' },
  fields: z.strictObject({
    ...rangeFields,
    does: z.enum(operations),
    of: z.enum(words.allocation),
    after: natural.default(0),
    lasting: z.boolean().default(false),
  }),
  arbitrary: (shape) =>
    tuple(
      rangeIn(shape),
      constantFrom(...operations),
      constantFrom(...words.allocation),
      nat(mostBefore),
      boolean(),
    ).map(([draft, does, of, after, lasting]) => (world) => {
      const range = draft(world)
      const isNear = does === 'allocate' || does === 'bind'
      const place = isNear ? cutTo(range, world.layout.partAt(range.first)) : range
      return { ...place, does, of: does === 'bind' ? 'nodes' : of, after, lasting }
    }),
  check: (args, world) => {
    const range = rangeOf(args)
    if (!isInside(range, world.all) || world.descriptors.length === 0) return false
    if (args.does === 'to-shared') return true
    if (args.does === 'to-private') return world.heldIn(range).length === 0
    if (!world.layout.isNear(range)) return false
    // A binding allocates objects and pages by vmalloc(), which warns with a backtrace when it gets none.
    return args.does === 'allocate' || (args.of === 'nodes' && !world.isBound(range) && world.slots.length < windows)
  },
  act: (args, world, plan) => {
    const range = rangeOf(args)
    switch (args.does) {
      case 'to-shared':
        convert('shared', range, args, { world, plan })
        break
      case 'to-private':
        convert('private', range, args, { world, plan })
        break
      case 'allocate':
        allocate(range, args, { world, plan })
        break
      case 'bind':
        bind(range, args, { world, plan })
        break
      default:
        args.does satisfies never
    }
    world.visit(range)
  },
  describe: ({ does, of, after, lasting, ...args }) =>
    `${does} ${describePages(args)} while ${of} fail${lasting ? '' : ' once'} after ${after}`,
})

interface Place {
  readonly world: World
  readonly plan: Plan
}

/** Adds an operation without memory, and returns it: it succeeds, or fails with ENOMEM. */
function tryWithout<Name extends OperationName>(
  name: Name,
  request: CallRequest<Name>,
  { of, after, lasting }: Args,
  { plan }: Place,
  failure?: Expected<Name>['failure'],
): Made {
  if (lasting) plan.add('failLasting', { of, space: after * spaceOf[of], times: all })
  else plan.add('failNth', { of, nth: after + 1 })
  const errno = ['OK', 'ENOMEM'] as const
  const first = plan.add(name, request, failure === undefined ? { errno } : { errno, failure })
  plan.add(lasting ? 'failLastingResult' : 'failNthResult', {})
  return first
}

function convert(to: PageState, range: PageRange, args: Args, place: Place): void {
  const { world, plan } = place
  const [gmem] = world.descriptors
  if (gmem === undefined) return
  const { dialect } = world.subject
  const { target, base } = dialectSpecs[dialect].conversion({ gmem, vm: world.vm, gpa: 0 })
  const { offset, size } = world.layout.bytesOf(range)
  const request = { target, dialect, to, offset: base + offset, size }
  const last = world.uapi.expects.offsetWithoutMemory === 'the start' ? offset : offset + size
  const call = tryWithout('convert', request, args, place, { field: 'errorOffset', from: offset, to: last })
  const before = world.model.hostView(range)
  const isAllocated = world.isAllocated(range)
  world.model.convert(to, range)
  const after = world.model.hostView(range)
  const mapped = world.ownMappings.find(
    ({ range: mappedRange, rights = 'all' }) => rights === 'all' && isInside(range, mappedRange),
  )
  // A look allocates what is shared: that would depend on the end of the first try.
  if (mapped !== undefined && isAllocated && world.layout.isNear(range)) {
    const at = world.layout.offsetOf(range.first) - world.layout.offsetOf(mapped.range.first)
    const { first } = range
    const branches = { succeeded: { runs: { first, wanted: after } }, failed: { runs: { first, wanted: before } } }
    plan.add('hostScan', { mapping: mapped.made, offset: at, size }, { after: { call, ...branches } })
  }
  for (const { guest } of world.slots) guest.doubt(range)
  plan.add('convert', request)
}

function allocate(range: PageRange, args: Args, place: Place): void {
  const [file] = place.world.descriptors
  if (file === undefined) return
  const { offset, size: length } = place.world.layout.bytesOf(range)
  const request = { file, mode: fallocateModes.keepSize, offset, length }
  tryWithout('fallocate', request, args, place)
  place.plan.add('fallocate', request)
  place.world.model.allocate(range)
}

function bind(range: PageRange, args: Args, place: Place): void {
  const { world, plan } = place
  const [gmem] = world.descriptors
  if (gmem === undefined) return
  const { index, gpa: start } = windowAt(world)
  const gpa = start + bytesAt(range.first)
  const { offset: gmemOffset, size } = world.layout.bytesOf(range)
  const slot = { slot: world.nextSlot, gpa, size, gmem, gmemOffset }
  const request = { vm: world.vm, flags: memslotFlags.guestMemfd, mappingOffset: 0, ...slot }
  const call = tryWithout('memslotSet', request, args, place)
  // A slot with a file cannot be set again.
  plan.add('memslotSet', request, { after: { call, succeeded: { errno: ['EINVAL'] }, failed: { errno: ['OK'] } } })
  world.slots.push({
    number: world.nextSlot,
    window: index,
    gpa,
    range: pages(range.first, range.count),
    guest: new GuestPages(),
  })
  world.nextSlot += 1
}
