// Two operations that race on one file, in files of 4K pages and of huge pages, and the look at the file afterwards.
import {
  pages,
  scenario,
  type GuestView,
  type Memory,
  type PageRange,
  type Racer,
  type Scenario,
  type ScenarioContext,
} from '../../../harness/api.ts'

const kinds = [
  { name: '4K pages', options: {}, middle: 16, end: 32 },
  { name: 'huge pages', options: { hugePages: '2M' }, middle: 512, end: 1024 },
] as const
type Kind = (typeof kinds)[number]

/** The ranges of a file: around its middle, where two huge pages and two memslots meet. */
interface Ranges {
  /** What memslots have all the time: the guest finds a device elsewhere. */
  readonly bound: PageRange
  readonly around: PageRange
  /** From before the middle to the end: a part of one huge page, and all of the next. */
  readonly across: PageRange
  readonly upper: PageRange
  /** What readers find in each page that they reach; undefined if the pair drops contents. */
  readonly byte: number | undefined
}

const racers = {
  convert: ({ across }) => ({ does: 'convert', to: 'private', range: across }),
  'guest-read': ({ bound, byte }) => ({ does: 'guest-read', range: bound, byte }),
  'host-read': ({ around, byte }) => ({ does: 'host-read', range: around, byte }),
  pin: ({ around }) => ({ does: 'pin', range: around }),
  punch: ({ across }) => ({ does: 'punch', range: across }),
  allocate: ({ across }) => ({ does: 'allocate', range: across }),
  reallocate: ({ across }) => ({ does: 'reallocate', range: across }),
  map: ({ upper }) => ({ does: 'map', range: upper }),
  fork: ({ around }) => ({ does: 'fork', range: around }),
  bind: ({ upper }) => ({ does: 'bind', range: upper }),
} as const satisfies Record<string, (ranges: Ranges) => Racer>

export type PairOperation = keyof typeof racers
type Pair = readonly [PairOperation, PairOperation]

/** The pairs of one operation with each operation of the table, itself included. */
export function pairsOf(first: PairOperation): readonly Pair[] {
  return operationsOf(racers).map((second): Pair => [first, second])
}

function operationsOf(table: typeof racers): readonly PairOperation[] {
  const isOperation = (name: string): name is PairOperation => name in table
  return Object.keys(table).filter(isOperation)
}

/** Returns the scenario of some pairs, each of which races for so many milliseconds in each kind of file. */
export function pairsScenario(title: string, pairs: readonly Pair[], milliseconds: number): Scenario {
  return scenario({
    title,
    rules: ['S-A11', 'S-A30', 'S-A1', 'S-A24'],
    needs: ['in-place-conversion', 'binary-stats', 'pagemap'],
    pools: { '2M': 2 },
    timeout: 10 + pairs.length * 4,
    async run(context) {
      for (const pair of pairs)
        for (const kind of context.offered(kinds)) await racePair(context, pair, kind, milliseconds)
    },
  })
}

async function racePair(context: ScenarioContext, pair: Pair, kind: Kind, milliseconds: number): Promise<void> {
  const { memory, check, agent, expectDone } = context
  const { middle, end, options } = kind
  const what = `${pair.join(' beside ')}, in ${kind.name}`
  const [around, across, upper] = [
    pages(middle - 6, 12),
    pages(middle - 6, end - middle + 6),
    pages(middle, end - middle),
  ]
  const file = await memory({ pages: end, initially: 'shared', slot: false, ...options })
  const { gmem, mapping, gpa } = file.handles
  const lower = await file.bind(pages(0, middle), gpa)
  const bindUpper = async (): Promise<GuestView> => (await file.bind(upper, gpa + middle * 4096)).guest
  const binds = pair.some((operation) => operation === 'bind')
  const early = binds ? undefined : await bindUpper()
  await file.host.fill(file.all, 0x81)

  const keeps = pair.every((operation) => operation !== 'punch' && operation !== 'reallocate')
  const byte = keeps ? 0x81 : undefined
  const reports = await file.race(
    milliseconds,
    pair.map((operation) =>
      racers[operation]({ bound: binds ? pages(middle - 12, 12) : around, around, across, upper, byte }),
    ),
  )
  for (const [
    index,
    { kind: does, rounds, failed, firstError, unexpected, firstUnexpected, mismatches },
  ] of reports.entries()) {
    check.that(rounds > 0, `${does} did some work: ${what}`)
    // Of two that bind the same pages, one is refused.
    const refused = pair[0] === pair[1] && does === 'bind' && ['EEXIST', 'EINVAL'].includes(firstError)
    const wrong = [refused ? 0 : failed, unexpected, mismatches]
    check.equal(
      wrong,
      [0, 0, 0],
      `errors (${firstError}), exits (${firstUnexpected}), mismatches of ${pair[index]}: ${what}`,
    )
  }

  // Where nothing is converted, both sides must have one memory at once: a conversion takes away what is wrong.
  const high = early ?? (await bindUpper())
  const views = [
    { guest: lower.guest, range: pages(0, middle) },
    { guest: high, range: upper },
  ]
  if (pair.some((operation) => operation === 'convert')) await file.convert('shared', file.all)
  if (keeps) await expectFile(context, file, views, `${what}, contents from before the race`)
  await file.host.fill(file.all, 0x86)
  await expectFile(context, file, views, `${what}, all shared`)
  // A guest that reads thousands of small pages takes long: from here on, look where the operations met.
  const near = [
    { guest: lower.guest, range: pages(middle - 12, 12) },
    { guest: high, range: pages(middle, 16) },
  ]

  await file.allocate(file.all)
  await file.convert('private', file.all)
  for (const [index, { guest, range }] of views.entries()) await guest.fill(range, 0x82 + index)
  await expectFile(context, file, near, `${what}, all private`)
  await file.convert('shared', across)
  await file.host.fill(around, 0x84)
  await expectFile(context, file, near, `${what}, shared from page ${across.first} on`)
  await file.punchHole(file.all)
  await expectAllocated(context, file, 0, `after a hole and ${what}`)
  await expectFile(context, file, near, `${what}, after a hole`)
  expectDone(await agent.close(gmem), `closing the file after ${what}`)
  if (mapping !== undefined) expectDone(await agent.host.munmap(mapping), `unmapping it after ${what}`)
}

async function expectFile(
  { check }: ScenarioContext,
  file: Memory,
  views: readonly { readonly guest: GuestView; readonly range: PageRange }[],
  what: string,
): Promise<void> {
  for (const { guest, range } of views) {
    await file.matchesModel(range)
    check.equal<unknown>(await guest.look(range), file.model.guestView(range), `guest view: ${what}`)
  }
}

async function expectAllocated({ agent, uapi, check }: ScenarioContext, file: Memory, count: number, what: string) {
  const { blocks } = await agent.gmem.status(file.handles.gmem)
  const wanted = file.model.pagesPerUnit > 1 ? count * 8 : uapi.blocksOf(count)
  check.equal(blocks, wanted, `pages that st_blocks counts ${what}`)
}
