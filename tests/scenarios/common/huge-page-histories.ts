// All orders of events of a huge page, and of operations on single pages between them.
//
// Whether a huge page is whole or split is common to all of its pages: one course of such events serves many pages, each with its own
// operations at the steps that are left to single pages. So all orders take few huge pages.
import { page, type PageRange, type PageState, type Step } from '../../../harness/api.ts'

const longest = 4

/** An event of the huge page. At `own`, each page has an operation of its own; at `touch`, it is touched as well, or left alone. */
const allEvents = ['own', 'touch', 'share-one', 'share-all', 'merge', 'punch', 'allocate'] as const
type Event = (typeof allEvents)[number]
type Own = 'host-fill' | 'guest-fill' | 'punch' | 'nothing' | PageState

interface Probe {
  readonly own: readonly Own[]
  readonly shared: boolean
}

/** A course of events, and what single pages do in it. */
export interface Course {
  readonly initially: PageState
  readonly events: readonly Event[]
  /** One for each combination of own operations. */
  readonly probes: readonly Probe[]
  /** False after the last touch that zeroed all of it: a guest's touch of a whole huge page. */
  readonly untouchedRest: boolean
  readonly allocated: boolean
  /** The page that is shared with `share-one`, and touched with `touch`. */
  readonly controlShared: boolean
}

function isWhole({ controlShared, probes }: Course): boolean {
  return !controlShared && probes.every(({ shared }) => !shared)
}

function ownOperations({ shared }: Probe, event: Event, whole: boolean): Own[] {
  if (event === 'touch') return ['guest-fill', 'nothing']
  if (whole) return ['punch']
  return shared ? ['host-fill', 'guest-fill', 'private', 'punch'] : ['guest-fill', 'shared', 'punch']
}

function withOwn(course: Course, event: Event, whole: boolean): Probe[] {
  return course.probes.flatMap((probe) =>
    ownOperations(probe, event, whole).map((own) => ({
      own: [...probe.own, own],
      shared: own === 'shared' || (own !== 'private' && probe.shared),
    })),
  )
}

function withAll(course: Course, shared: boolean): Probe[] {
  return course.probes.map((probe) => ({ ...probe, shared }))
}

/** What an event changes; undefined if it would change nothing. */
const changes: Readonly<Record<Event, (course: Course, whole: boolean) => Partial<Course> | undefined>> = {
  // Pages become shared one by one only beside a shared page: the layout must not depend on which of them does.
  own: (course, whole) =>
    (whole ? course.allocated : course.controlShared)
      ? { probes: withOwn(course, 'own', whole), allocated: true }
      : undefined,
  touch: (course, whole) =>
    whole ? { probes: withOwn(course, 'touch', whole), allocated: true, untouchedRest: false } : undefined,
  'share-one': ({ controlShared }) => (controlShared ? undefined : { controlShared: true }),
  'share-all': (course) =>
    course.probes.every(({ shared }) => shared) ? undefined : { controlShared: true, probes: withAll(course, true) },
  merge: (course, whole) => (whole ? undefined : { controlShared: false, probes: withAll(course, false) }),
  punch: ({ allocated }) => (allocated ? { allocated: false, untouchedRest: true } : undefined),
  allocate: ({ allocated }) => (allocated ? undefined : { allocated: true }),
}

function* coursesFrom(course: Course): Generator<Course> {
  yield course
  if (course.events.length === longest) return
  for (const event of allEvents) {
    const change = changes[event](course, isWhole(course))
    if (change !== undefined) yield* coursesFrom({ ...course, ...change, events: [...course.events, event] })
  }
}

/** Returns all courses of a huge page that begins in this state, without memory. */
export function coursesOf(initially: PageState): Course[] {
  const shared = initially === 'shared'
  const probes = [{ own: [], shared }]
  return [
    ...coursesFrom({ initially, events: [], probes, untouchedRest: true, allocated: false, controlShared: shared }),
  ]
}

/** The place of a course: a huge page of a file that is in the first state of the course, without memory. */
export interface CoursePlace {
  readonly huge: PageRange
  /** Different places have different control pages and tags. */
  readonly number: number
}

/** The pages of a course in its huge page, and the bytes that it writes. */
interface Layout {
  readonly huge: PageRange
  readonly control: PageRange
  readonly probes: readonly { readonly range: PageRange; readonly own: readonly Own[] }[]
  readonly tagOf: (step: number, position: number) => number
}

function layoutOf({ probes }: Course, { huge, number }: CoursePlace): Layout {
  const distance = Math.floor(huge.count / (probes.length + 2))
  return {
    huge,
    control: page(number % 2 === 0 ? huge.first + huge.count - 1 : huge.first),
    probes: probes.map(({ own }, position) => ({ range: page(huge.first + (position + 1) * distance), own })),
    tagOf: (step, position) => 1 + ((number * 11 + step * 59 + position * 3) % 250),
  }
}

function ownStep(own: Own | undefined, range: PageRange, tag: number): Step[] {
  if (own === undefined || own === 'nothing') return []
  if (own === 'shared' || own === 'private') return [{ does: 'ensure', to: own, range }]
  return own === 'punch' ? [{ does: own, range }] : [{ does: own, range, tag }]
}

/** The operations of the pages at the `which`-th of their steps; `step` counts all events. */
function ownSteps({ probes, tagOf }: Layout, which: number, step: number): Step[] {
  return probes.flatMap(({ range, own }, position) => ownStep(own[which], range, tagOf(step, position)))
}

function eventSteps(event: Event, layout: Layout, which: number, step: number): Step[] {
  const { huge, control, probes, tagOf } = layout
  const steps: Readonly<Record<Event, () => Step[]>> = {
    own: () => ownSteps(layout, which, step),
    touch: () => [
      { does: 'guest-fill', range: control, tag: tagOf(step, probes.length) },
      ...ownSteps(layout, which, step),
    ],
    'share-one': () => [{ does: 'ensure', to: 'shared', range: control }],
    'share-all': () => [{ does: 'ensure', to: 'shared', range: huge }],
    merge: () => [{ does: 'ensure', to: 'private', range: huge }],
    punch: () => [{ does: 'punch', range: huge }],
    allocate: () => [{ does: 'allocate', range: control }],
  }
  return steps[event]()
}

/** Returns the steps of a course, the looks at its end, and the way back to an unallocated huge page. */
export function stepsOfCourse(course: Course, place: CoursePlace): Step[] {
  const { events, initially, allocated, untouchedRest } = course
  const layout = layoutOf(course, place)
  const { huge, control } = layout
  const ownBefore = (index: number): number =>
    events.slice(0, index).filter((event) => event === 'own' || event === 'touch').length
  const steps = events.flatMap((event, index) => eventSteps(event, layout, ownBefore(index), index))
  const ranges = [...layout.probes.map(({ range }) => range), control]
  const look = (does: 'host-look' | 'guest-look'): Step[] => ranges.map((range) => ({ does, range }))
  const isGuestFirst = place.number % 3 === 0
  return [
    ...steps,
    // While it is whole, a look would zero all of it, unless a touch did.
    ...(isWhole(course) && allocated && !untouchedRest ? look('guest-look') : []),
    // What a merge makes of a shorter course is that of a longer one.
    ...(events.length === longest ? [{ does: 'ensure', to: 'private', range: huge } as const] : []),
    { does: 'ensure', to: 'shared', range: control },
    ...look(isGuestFirst ? 'guest-look' : 'host-look'),
    ...look(isGuestFirst ? 'host-look' : 'guest-look'),
    { does: 'punch', range: huge },
    { does: 'ensure', to: initially, range: huge },
  ]
}
