// Tests the words about whole and split huge pages on a fake kernel: a correct one, and one with each fault.
import { test } from 'tap'
import type { Memory, ScenarioContext } from '../../../harness/vocabulary/scenario-context.ts'
import { hugePageSizes } from '../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../harness/vocabulary/create-context.ts'
import { page, pages } from '../../../harness/model/ranges.ts'
import type { PageState } from '../../../harness/model/reference-model.ts'
import { fakeInstance, type FakeReply } from '../fixtures/run/fake-instance.ts'
import type { OperationName } from '../../../harness/agent/wire/operations.ts'

const agentArea = 0xe000_0000n

/** The behaviour of the fake kernel; a test changes one property. */
interface Kernel {
  /** The size of the mapping that a touch of the guest adds. */
  mapsBy: '4k' | '2m' | '1g'
  /** The first frame of the shared pages of the file; `skip` is a page in another place. */
  frame: number
  skip: number | undefined
  /** True if a count of huge frames finds all of them, otherwise none. */
  huge: boolean
  /** True if the host reaches private pages. */
  reachable: boolean
  pool: { nr: number; free: number; resv: number; surplus: number }
  blocks: number
  charged: { used: number; reserved: number }
}

function right(): Kernel {
  return {
    mapsBy: '2m',
    frame: 1024,
    skip: undefined,
    huge: true,
    reachable: false,
    pool: { nr: 8, free: 8, resv: 0, surplus: 0 },
    blocks: 0,
    charged: { used: 0, reserved: 0 },
  }
}

function records(...words: readonly number[]): Buffer {
  const tail = Buffer.alloc(words.length * 8)
  for (const [index, word] of words.entries()) tail.writeBigUInt64LE(BigInt(word), index * 8)
  return tail
}

/** One run of a scan: all pages alike. */
function scanned(count: number, look: 'zero' | 'sigbus'): Buffer {
  const tail = Buffer.alloc(16)
  tail.writeUInt32LE(count, 4)
  tail.writeUInt32LE(look === 'zero' ? 0 : 2, 8)
  return tail
}

interface Stage extends AsyncDisposable {
  readonly kernel: Kernel
  readonly context: ScenarioContext
  file(initially: PageState): Promise<Memory>
}

async function play(): Promise<Stage> {
  const kernel = right()
  const mapped = { '4k': 3, '2m': 0, '1g': 0 }
  let isShared = false
  const reply = (name: OperationName, body: Buffer): FakeReply | undefined => {
    const word = (index: number): bigint => body.readBigUInt64LE(index * 8)
    const pagesAt = (index: number): number => Number(word(index)) / 4096
    const answers: Partial<Record<OperationName, () => FakeReply>> = {
      guestRead: () => {
        if (word(1) !== agentArea) mapped[kernel.mapsBy] += 1
        return {}
      },
      kvmStats: () => {
        const size = /pages_(4k|2m|1g)/.exec(body.toString('latin1'))?.[1]
        const value = size === '4k' || size === '2m' || size === '1g' ? mapped[size] : 0
        return { words: [1], tail: records(value) }
      },
      frameFlags: () => ({
        words: [word(1), kernel.huge ? Math.min(Number(word(1)), kernel.pool.nr * 512) : 0],
      }),
      frameRuns: () => {
        const at = kernel.skip ?? 2
        const rest = kernel.frame + at + (kernel.skip === undefined ? 0 : 7)
        return { words: [3], tail: records(0, at, kernel.frame, at, 1, rest, at + 1, 509, 0) }
      },
      convert: () => {
        isShared = word(2) === 0n
        return {}
      },
      hostScan: () => {
        const look = isShared || kernel.reachable ? 'zero' : 'sigbus'
        return { words: [1], tail: scanned(pagesAt(2), look) }
      },
      hostFill: () => ({ words: [kernel.reachable ? 0 : 1] }),
      fstat: () => ({ words: [2 ** 21, kernel.blocks, 2 ** 21] }),
    }
    return answers[name]?.()
  }
  const files = (path: string): string | undefined => {
    const what = /hugepages-2048kB\/(nr|free|resv|surplus)_/.exec(path)?.[1]
    if (what === 'nr' || what === 'free' || what === 'resv' || what === 'surplus') return `${kernel.pool[what]}\n`
    if (path.includes('hugepages-1048576kB')) return '0\n'
    if (path.endsWith('hugetlb.2MB.rsvd.current')) return `${kernel.charged.reserved}\n`
    return path.endsWith('hugetlb.2MB.current') ? `${kernel.charged.used}\n` : undefined
  }
  const { instance } = await fakeInstance({ reply, files })
  const context = createContext(instance.agent, { dialect: 'convert-ioctl', hugePages: hugePageSizes }, () => undefined)
  return {
    kernel,
    context,
    file: (initially) => context.memory({ pages: 512, hugePages: '2M', initially }),
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  }
}

type Change = (kernel: Kernel) => void

async function checkWhole(change: Change): Promise<void> {
  await using stage = await play()
  const file = await stage.file('private')
  change(stage.kernel)
  await file.expectWhole(file.all)
}

async function checkSplit(change: Change): Promise<void> {
  await using stage = await play()
  const file = await stage.file('private')
  Object.assign(stage.kernel, { mapsBy: '4k', huge: false })
  await file.convert('shared', page(2))
  change(stage.kernel)
  await file.expectSplit(file.all)
}

void test('a whole huge page is one mapping, one page, and unreachable for the host', async (t) => {
  await checkWhole(() => undefined)
  await t.rejects(
    checkWhole((kernel) => void (kernel.mapsBy = '4k')),
    { message: /pages that the guest maps/ },
  )
  await t.rejects(
    checkWhole((kernel) => void (kernel.huge = false)),
    { message: /frames of huge pages/ },
  )
  await t.rejects(
    checkWhole((kernel) => void (kernel.reachable = true)),
    { message: /host view/ },
  )
})

void test('a split huge page is mapped by 4K, in the old frames, which are no huge page', async (t) => {
  await checkSplit(() => undefined)
  await t.rejects(
    checkSplit((kernel) => void (kernel.mapsBy = '2m')),
    { message: /pages that the guest maps/ },
  )
  await t.rejects(
    checkSplit((kernel) => void (kernel.huge = true)),
    { message: /frames of huge pages/ },
  )
  await t.rejects(
    checkSplit((kernel) => void (kernel.frame = 1025)),
    { message: /distance from a multiple of the huge page/ },
  )
  await t.rejects(
    checkSplit((kernel) => void (kernel.skip = 2)),
    { message: /different values derived from its pages/ },
  )
})

void test('a conversion that moves memory is detected, unless the page was freed in between', async (t) => {
  await using stage = await play()
  const file = await stage.file('private')
  Object.assign(stage.kernel, { mapsBy: '4k', huge: false })
  await file.convert('shared', page(2))
  await file.expectSplit(file.all)
  stage.kernel.frame = 2048
  await t.rejects(file.expectSplit(file.all), { message: /must not change by a conversion/ })
  await file.punchHole(file.all)
  await file.expectSplit(file.all)
})

void test('a layout is checked by frames alone, against the model, once the frames are known', async (t) => {
  await using stage = await play()
  const { kernel } = stage
  const file = await stage.file('private')
  await t.rejects(file.expectLayout(file.all), { name: 'Error', message: /pages 0..511 are unknown/ })
  kernel.huge = false
  await file.convert('shared', page(2))
  await file.expectLayout(file.all)
  await file.convert('private', page(2))
  await t.rejects(file.expectLayout(file.all), {
    message: /frames of huge pages behind pages 0..511, which must be whole/,
  })
  kernel.huge = true
  await file.expectLayout(file.all)
  await file.convert('shared', page(2))
  await t.rejects(file.expectLayout(file.all), { message: /which must be split: wanted 0, found 512/ })
})

void test('an expectation against the model, or on a file of 4K pages, is a mistake of the scenario', async (t) => {
  await using stage = await play()
  const file = await stage.file('private')
  await t.rejects(file.expectSplit(file.all), {
    name: 'Error',
    message: /by the model, the huge page of pages 0..511 is whole/,
  })
  await t.rejects(file.expectWhole(pages(0, 0)), { message: /^there is no huge page in / })
  const small = await stage.context.memory({ pages: 512, initially: 'private' })
  await t.rejects(async () => small.expectWhole(small.all), { name: 'Error', message: /has no huge pages/ })
})

void test('pools, blocks and charges follow the models of all files', async (t) => {
  await using stage = await play()
  const { kernel } = stage
  const first = await stage.file('private')
  const second = await stage.context.memory({ pages: 1024, hugePages: '2M', initially: 'shared' })
  kernel.pool.resv = 3
  await first.expectAccounting()
  await first.guest.fill(page(0), 1)
  await t.rejects(first.expectAccounting(), { message: /the pool of 2M pages/ })
  Object.assign(kernel.pool, { free: 7, resv: 2 })
  await t.rejects(first.expectAccounting(), { message: /st_blocks/ })
  kernel.blocks = 4096
  await first.expectAccounting()
  await t.rejects(first.expectCharged(), { message: /charges of the control group/ })
  kernel.charged = { used: 2 ** 21, reserved: 3 * 2 ** 21 }
  await first.expectCharged()
  await second.allocate(pages(511, 2))
  Object.assign(kernel.pool, { free: 5, resv: 0 })
  await first.expectAccounting()
  kernel.pool.surplus = 1
  await t.rejects(first.expectAccounting(), { message: /the pool of 2M pages/ })
})
