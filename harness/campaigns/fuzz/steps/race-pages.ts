// Two or three operations on the same pages at the same time: none may fail, crash, or change contents that it does not write.
import { array, constantFrom, tuple } from 'fast-check'
import { z } from 'zod'
import { decodeRecords } from '../../../agent/wire/records.ts'
import { fallocateModes, pageStates, type PageState } from '../../../uapi/constants.ts'
import { dialectSpecs } from '../../../uapi/dialect.ts'
import { gpaOf, isInSlot } from '../places/guest-place.ts'
import { isUsable, mappedFields, mappedPlace, offsetIn, type MappedArgs } from '../places/mapped-place.ts'
import { bytesAt, describePages, isInside, natural, rangeOf } from '../places/page-places.ts'
import type { Plan } from '../program/plan.ts'
import { gpaOfWindow, windows } from '../program/windows.ts'
import type { World } from '../program/world.ts'
import { stepKind, type StepKind } from './step-kind.ts'

/** What a thread repeats. `reallocate` punches and allocates in turns. */
const works = [
  'convert',
  'host-read',
  'guest-read',
  'punch',
  'allocate',
  'reallocate',
  'pin',
  'map',
  'fork',
  'bind',
] as const
type Work = (typeof works)[number]

interface Args extends MappedArgs {
  readonly slot: number
  readonly works: readonly Work[]
  /** The state that a conversion begins with, and in which the pages are in the end. */
  readonly to: PageState
}

const mostThreads = 3
/** A round of any work takes no longer than a few milliseconds for so many pages. */
const mostPages = 16
const milliseconds = 15
/** On a busy computer each thread still works once. */
const patience = 1000
const emptying: ReadonlySet<Work> = new Set(['punch', 'reallocate'])

export const raceStep: StepKind = stepKind<Args>({
  name: 'race',
  weight: 1,
  fields: z.strictObject({
    ...mappedFields,
    slot: natural.default(0),
    works: z.array(z.enum(works)).min(1).max(mostThreads),
    to: z.enum(pageStates),
  }),
  arbitrary: (shape) =>
    tuple(
      mappedPlace(shape, mostPages),
      array(constantFrom(...works), { minLength: 2, maxLength: mostThreads }),
      constantFrom(...pageStates),
    ).map(([draft, raced, to]) => (world) => {
      const args = draft(world)
      const slot = world.slots.findIndex(({ range }) => isInside(rangeOf(args), range))
      return { ...args, slot: slot < 0 ? 0 : slot, works: raced, to }
    }),
  check: (args, world) => {
    const range = rangeOf(args)
    // Threads run in the agent alone.
    if (world.mappings[args.mapping]?.child !== undefined) return false
    const count = (work: Work): number => args.works.filter((other) => other === work).length
    if (!isUsable(args, world) || args.count > mostPages) return false
    // A pin may stop each of these for as long as it is there.
    if (world.pins.length > 0 || world.descriptors.length === 0) return false
    // A nested VM has one vCPU here, and pages have one slot.
    if (count('guest-read') > 1 || count('bind') > 1) return false
    if (count('guest-read') === 1 && !isInSlot(args, world)) return false
    if (count('map') > 0 && world.hugePages !== undefined) return false
    if (count('bind') === 0) return true
    // A slot has the same offset in the file and in the mapping that is its host address.
    return !world.isBound(range) && count('guest-read') === 0 && world.mappings[args.mapping]?.range.first === 0
  },
  act: (args, world, plan) => {
    const { model } = world
    const range = rangeOf(args)
    const isEmptied = args.works.some((work) => emptying.has(work))
    for (const work of args.works) addActor(work, args, { world, plan, isEmptied })
    plan.add('actorsStart', {})
    plan.add('actorsWait', { duration: milliseconds, patience })
    plan.add(
      'actorsStop',
      {},
      { tail: { field: 'the race', wanted: 'no trouble', read: (tail) => troubleIn(tail, args) } },
    )
    // The end of any slot may take everything from the guest.
    const lost = args.works.includes('bind') ? world.all : range
    for (const { guest } of world.slots) {
      guest.doubt(lost)
      if (args.works.includes('guest-read')) guest.mayTouch(range)
    }
    addEnd(args, isEmptied, { world, plan })
    if (isEmptied) model.free(range)
    if (args.works.includes('convert')) model.convert(args.to, range)
    model.allocate(range)
    world.visit(range)
  },
  describe: ({ works: raced, to, ...args }) => `race of ${raced.join(', ')} on ${describePages(args)}, then ${to}`,
})

interface Place {
  readonly world: World
  readonly plan: Plan
}

function addActor(work: Work, args: Args, { world, plan, isEmptied }: Place & { readonly isEmptied: boolean }): void {
  const [gmem] = world.descriptors
  const mapped = world.mappings[args.mapping]
  if (gmem === undefined || mapped === undefined) return
  const range = rangeOf(args)
  const { offset, size } = world.layout.bytesOf(range)
  const inMapping = { mapping: mapped.made, offset: offsetIn(range.first, mapped.range, world), size }
  const inFile = { target: gmem, offset, size }
  const common = { kind: work, check: false } as const
  const value = isEmptied ? undefined : uniform(args, world)
  const checked = value === undefined ? {} : { check: true, value }
  switch (work) {
    case 'convert': {
      const { dialect } = world.subject
      const { target, base } = dialectSpecs[dialect].conversion({ gmem, vm: world.vm, gpa: 0 })
      plan.add('actorAdd', { ...common, target, dialect, to: args.to, offset: base + offset, size })
      return
    }
    case 'guest-read':
      plan.add('actorAdd', { ...common, vcpu: world.vcpu, gpa: gpaOf(args, world), size, ...checked })
      return
    case 'host-read':
      plan.add('actorAdd', { ...common, ...inMapping, ...checked })
      return
    case 'pin':
    case 'fork':
      plan.add('actorAdd', { ...common, ...inMapping })
      return
    case 'bind': {
      const gpa = gpaOfWindow(windows + 1) + bytesAt(range.first)
      plan.add('actorAdd', { ...common, ...inMapping, ...inFile, vm: world.vm, slot: world.nextSlot, gpa })
      world.nextSlot += 1
      return
    }
    case 'punch':
    case 'allocate':
    case 'reallocate':
    case 'map':
      plan.add('actorAdd', { ...common, ...inFile })
      return
    default:
      work satisfies never
  }
}

/** Returns the first word of all pages, when all of them have the same byte. */
function uniform(args: Args, { model }: World): bigint | undefined {
  const [run, ...others] = model.guestView(rangeOf(args))
  return run === undefined || others.length > 0 ? undefined : BigInt(run.value) * 0x0101_0101_0101_0101n
}

/** Leaves the pages in one state, allocated, and with contents that are known. */
function addEnd(args: Args, isEmptied: boolean, { world, plan }: Place): void {
  const [file] = world.descriptors
  if (file === undefined) return
  const { offset, size: length } = world.layout.bytesOf(rangeOf(args))
  if (isEmptied) {
    const mode = fallocateModes.keepSize | fallocateModes.punchHole
    plan.add('fallocate', { file, mode, offset, length })
  }
  if (args.works.includes('convert')) {
    const { dialect } = world.subject
    const { target, base } = dialectSpecs[dialect].conversion({ gmem: file, vm: world.vm, gpa: 0 })
    plan.add('convert', { target, dialect, to: args.to, offset: base + offset, size: length })
  }
  plan.add('fallocate', { file, mode: fallocateModes.keepSize, offset, length })
}

/** Says what went wrong in a race. A thread may be refused with EAGAIN, and a reader may meet a private page. */
function troubleIn(tail: Buffer, { works: names }: Args): string {
  const reports = decodeRecords('actorReport', tail, names.length)
  const troubles = reports.flatMap(({ failed, unexpected, mismatches }, index) => {
    const name = names[index] ?? ''
    return [
      ...(failed > 0 ? [`${name} failed`] : []),
      ...(unexpected > 0 ? [`${name} ended otherwise`] : []),
      ...(mismatches > 0 ? [`${name} read something else`] : []),
    ]
  })
  return troubles.length === 0 ? 'no trouble' : troubles.join(', ')
}
