// A thousand calls between two looks: growth of any kind fails, noise and what is freed late do not.
import { test } from 'tap'
import { call } from '../../../../harness/agent/rounds.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import { fakeInstance, type FakeOptions } from '../../fixtures/run/fake-instance.ts'

interface Kernel {
  /** The objects of a slab at each reading; the last number stays. */
  readonly objects?: readonly number[]
  readonly slab?: string
  /** The pages of that slab at each reading. */
  readonly slabPages?: readonly number[]
  readonly free?: readonly number[]
  readonly descriptors?: readonly number[]
  /** How many rounds end as they should, of any number. */
  readonly done?: number
  readonly times?: number
  readonly unwritable?: boolean
}

function at(values: readonly number[], index: number): number {
  return values[Math.min(index, values.length - 1)] ?? 0
}

async function outcome({
  objects = [5],
  slab = 'filp',
  slabPages = [7],
  free = [9000],
  descriptors = [4],
  done,
  times = 400,
  unwritable,
}: Kernel): Promise<string> {
  const readings = { slabs: 0, free: 0, descriptors: 0 }
  const options: FakeOptions = {
    files: (path) => {
      if (path === '/proc/slabinfo') {
        const number = at(objects, readings.slabs)
        const slabs = at(slabPages, readings.slabs)
        readings.slabs += 1
        return `slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> …
${slab}   ${number}    99    256    4    1 : tunables    0    0    0 : slabdata    ${slabs}    ${slabs}      0
cred                   5      9    192    4    1 : tunables    0    0    0 : slabdata      3      3      0
`
      }
      if (/\/(?:shrink|do_rcu_barrier|stat_refresh)$/.test(path)) return unwritable === true ? undefined : ''
      if (path !== '/proc/zoneinfo') return undefined
      readings.free += 1
      return `Node 0, zone DMA32
  pages free     ${at(free, readings.free - 1) - 50}
              count:    50
              high:     900
`
    },
    reply: (name, body) => {
      if (name === 'repeat') {
        const rounds = Number(body.readBigUInt64LE(0))
        return { words: [done ?? rounds, 0, done === undefined ? 0 : 22, 0], tail: Buffer.alloc(8) }
      }
      readings.descriptors += name === 'descriptors' ? 1 : 0
      return name === 'descriptors' ? { words: [at(descriptors, readings.descriptors - 1), 0] } : undefined
    },
  }
  const { instance } = await fakeInstance(options)
  await using owned = instance
  const { leavesNothing } = createContext(
    owned.agent,
    { dialect: 'convert-ioctl', hugePages: hugePageSizes },
    () => undefined,
  )
  try {
    const errors = await leavesNothing({ what: 'calls', times, round: [call('reset', {})] })
    return `nothing, errors ${errors.join()}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

void test('rounds that leave nothing return the errors of each call', async (t) => {
  t.equal(await outcome({}), 'nothing, errors 0')
})

void test('what grows by a quarter of the rounds is a failed check', async (t) => {
  // Two readings come before the rounds, since the first one only lists the slabs.
  t.equal(await outcome({ objects: [5, 5, 105] }), 'what 400 times calls left behind: objects of slab filp grew by 100')
  t.equal(await outcome({ objects: [5, 5, 104] }), 'nothing, errors 0')
  t.equal(await outcome({ free: [9000, 9000, 8700] }), 'what 400 times calls left behind: pages of memory grew by 300')
  t.equal(
    await outcome({ descriptors: [4, 4, 199] }),
    'what 400 times calls left behind: descriptors of the agent grew by 195',
  )
})

void test('noise is no leak: slabs that all of the kernel uses, free lists, addresses that are freed late', async (t) => {
  t.equal(await outcome({ objects: [5, 5, 20] }), 'nothing, errors 0')
  t.equal(await outcome({ free: [9000, 9000, 8940] }), 'nothing, errors 0')
  t.equal(await outcome({ objects: [5, 5, 999], slab: 'vmap_area' }), 'nothing, errors 0')
  const late = { slab: 'kmemleak_object', objects: [5, 5, 3000], slabPages: [10, 10, 300] }
  t.equal(await outcome({ ...late, free: [9000, 9000, 8700] }), 'nothing, errors 0', 'nor are their pages')
  t.match(await outcome({ ...late, free: [9000, 9000, 8600] }), /pages of memory grew by 110$/)
})

void test('what cannot be counted is an error, and so are rounds in which a leak could hide', async (t) => {
  t.match(await outcome({ unwritable: true }), /a counter cannot be read: .*stat_refresh ENOENT/)
  t.equal(await outcome({ times: 199 }), 'calls: 199 rounds are too few to see a leak of pages of memory')
})

void test('what is freed late is no leak', async (t) => {
  t.equal(await outcome({ objects: [5, 5, 105, 105, 90, 6] }), 'nothing, errors 0')
})

void test('a call that ends otherwise is a failed check', async (t) => {
  t.equal(await outcome({ done: 3 }), 'calls: round 3, call 0, reset: wanted OK, found EINVAL, 0')
})
