// Words about the kernel as a whole: pools, control groups, memory errors; and their errors.
import { test } from 'tap'
import type { ScenarioContext } from '../../../harness/vocabulary/scenario-context.ts'
import { hugePageSizes } from '../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../harness/vocabulary/create-context.ts'
import { page } from '../../../harness/model/ranges.ts'
import { fakeInstance, type FakeOptions } from '../fixtures/run/fake-instance.ts'

const notFound = 2

interface Stage extends AsyncDisposable {
  readonly context: ScenarioContext
  readonly operations: () => readonly string[]
  readonly expected: readonly RegExp[]
}

async function play(options: FakeOptions = {}): Promise<Stage> {
  const { instance } = await fakeInstance(options)
  const expected: RegExp[] = []
  return {
    context: createContext(
      instance.agent,
      { dialect: 'convert-ioctl', hugePages: hugePageSizes },
      (pattern) => void expected.push(pattern),
    ),
    operations: () => instance.agent.recentOperations,
    expected,
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  }
}

void test('pools are counted, filled and resized, and a missing counter is an error', async (t) => {
  await using stage = await play()
  const { pools } = stage.context
  t.strictSame(await pools.counters('2M'), { total: 7, free: 7, reserved: 7, surplus: 7 })
  await using without = await play({ files: (path) => (path.includes('surplus') ? notFound : undefined) })
  await t.rejects(without.context.pools.counters('2M'), { code: 'COUNTER_MISSING' })
  t.equal(await pools.poison('2M', 0xa5), 0, 'what is reserved is not there to be filled')
  t.equal(await pools.resize('1G', 3), 7)
  t.match(stage.operations().at(-2), /hugepages-1048576kB\/nr_hugepages, "3"/)
  await using free = await play({ files: (path) => (path.includes('resv') ? '2\n' : undefined) })
  t.equal(await free.context.pools.poison('2M', 0xa5), 5)
  t.match(
    free.operations().find((line) => line.startsWith('memfdCreate')),
    /flags 0x54000004, size 0xa00000/,
  )
})

void test('the memory of the kernel is read, and a missing counter is an error', async (t) => {
  await using stage = await play()
  t.strictSame(await stage.context.kernelMemory(), { free: 1000, structPages: 4099 })
  await using old = await play({
    files: (path) => (path === '/proc/vmstat' ? 'nr_free_pages 3\n' : undefined),
  })
  await t.rejects(old.context.kernelMemory(), { code: 'COUNTER_MISSING' })
})

void test('a memory error needs a mapped page, and its messages in the log are expected', async (t) => {
  const tail = Buffer.alloc(24)
  tail.writeBigUInt64LE(1n, 8)
  tail.writeBigUInt64LE(77n, 16)
  await using stage = await play({
    reply: (name) => {
      if (name === 'frameRuns') return { words: [1], tail }
      return name === 'madvise' ? { words: [7, 4] } : undefined
    },
  })
  const file = await stage.context.memory({ pages: 4, initially: 'shared' })
  t.match(await file.failMemory(page(1), 'madvise'), { pfn: 77, errno: 'OK', signal: 7, signalCode: 4 })
  t.match(await file.failMemory(page(1), 'inject'), { pfn: 77, errno: 'OK', signal: 0 })
  t.match(stage.operations().at(-1), /corrupt-pfn, "77"/)
  t.ok(stage.expected.some((pattern) => pattern.test('Memory failure: 0x4d: unhandlable page.')))
  await using other = await play()
  const untouched = await other.context.memory({ pages: 4, initially: 'shared' })
  await t.rejects(untouched.failMemory(page(1), 'madvise'), { code: 'PAGE_NOT_MAPPED' })
})
