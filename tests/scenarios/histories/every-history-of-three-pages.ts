// S-A19, S-A20, S-A8, S-A33: what each of three neighbours reads after every order of up to four operations on them.
//
// Each history has three pages of its own in one file, and all of them are one request. Orders that differ only in the names of the
// pages are one history; the position of the pages changes from history to history. Operations that change nothing are left out.
import { page, pages, scenario, type Memory, type PageState, type Step } from '../../../harness/api.ts'

const longest = 4
/** Operations on all pages at once are among the first operations alone, which saves a third of the histories. */
const lastOnAll = 2
const inGroup = 3
const positions = [
  [0, 1, 2],
  [1, 0, 2],
  [2, 1, 0],
  [0, 2, 1],
  [1, 2, 0],
  [2, 0, 1],
] as const

/** An operation on one of the three pages, or on all of them. */
interface Operation {
  readonly does: 'host-fill' | 'guest-fill' | 'punch' | 'allocate' | PageState
  readonly page: number | 'all'
}
type History = readonly Operation[]

interface Page {
  readonly shared: boolean
  readonly allocated: boolean
}

/** The operations that change a page, or touch it. */
function operationsOn({ shared, allocated }: Page): Operation['does'][] {
  const common = ['guest-fill', allocated ? 'punch' : 'allocate'] as const
  return shared ? [...common, 'host-fill', 'private'] : [...common, 'shared']
}

function after(before: Page, does: Operation['does']): Page {
  if (does === 'shared' || does === 'private') return { ...before, shared: does === 'shared' }
  return { ...before, allocated: does !== 'punch' }
}

/** The operations on all pages at once. */
function onAll(group: readonly Page[]): Operation['does'][] {
  return [
    ...(group.some(({ shared }) => shared) ? (['private'] as const) : []),
    ...(group.some(({ shared }) => !shared) ? (['shared'] as const) : []),
    ...(group.some(({ allocated }) => allocated) ? (['punch'] as const) : []),
  ]
}

/** All histories that begin with this one, which has used so many of the pages. */
function* historiesFrom(history: History, group: readonly Page[], used: number): Generator<History> {
  yield history
  if (history.length === longest) return
  for (const [index, state] of group.slice(0, used + 1).entries()) {
    for (const does of operationsOn(state)) {
      yield* historiesFrom(
        [...history, { does, page: index }],
        group.with(index, after(state, does)),
        Math.max(used, index + 1),
      )
    }
  }
  if (history.length >= lastOnAll) return
  for (const does of onAll(group)) {
    yield* historiesFrom(
      [...history, { does, page: 'all' }],
      group.map((state) => after(state, does)),
      used,
    )
  }
}

function stepsOf(history: History, number: number): Step[] {
  const first = number * inGroup
  const order = positions[number % positions.length] ?? positions[0]
  return history.map(({ does, page: which }, index): Step => {
    const range = which === 'all' ? pages(first, inGroup) : page(first + (order[which] ?? 0))
    if (does === 'shared' || does === 'private') return { does: 'ensure', to: does, range }
    if (does === 'punch' || does === 'allocate') return { does, range }
    return { does, range, tag: 1 + ((number * 7 + index * 61) % 250) }
  })
}

/** Leaves old data in the memory that the file gets next; later histories get what earlier ones freed. */
async function leaveOldData(file: Memory): Promise<void> {
  const some = pages(0, 3000)
  await file.perform([
    { does: 'guest-fill', range: some, tag: 0xdd },
    { does: 'punch', range: some },
  ])
}

export default scenario({
  title: 'three pages read what the rules say after every order of four touches, conversions, holes and allocations',
  rules: ['S-A19', 'S-A20', 'S-A8', 'S-A33', 'S-A16', 'S-A32'],
  bugs: ['A-40'],
  needs: ['in-place-conversion'],
  timeout: 30,
  async run({ memory, check }) {
    for (const initially of ['shared', 'private'] as const) {
      const start = { shared: initially === 'shared', allocated: false }
      const histories = [...historiesFrom([], [start, start, start], 0)]
      check.that(histories.length > 2000, 'there are thousands of histories')
      const file = await memory({ pages: histories.length * inGroup, initially })
      await leaveOldData(file)
      // A first look of the host zeroes a page, and so does one of the guest: each is the first one in half of the file.
      const half = Math.floor(file.pages / 2)
      await file.perform([
        ...histories.flatMap(stepsOf),
        { does: 'host-look', range: pages(0, half) },
        { does: 'guest-look', range: file.all },
        { does: 'host-look', range: pages(half, file.pages - half) },
      ])
      await file.punchHole(file.all)
    }
  },
})
