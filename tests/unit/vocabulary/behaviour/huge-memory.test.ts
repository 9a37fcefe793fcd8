// Creation and slots of files of huge pages, with a scripted agent and no kernel.
import { test } from 'tap'
import type { Memory, ScenarioContext } from '../../../../harness/vocabulary/scenario-context.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import { NestedVm } from '../../../../harness/vocabulary/nested-vm.ts'
import { pages } from '../../../../harness/model/ranges.ts'
import { fakeInstance } from '../../fixtures/run/fake-instance.ts'

const gigabyte = 2 ** 30

interface Stage extends AsyncDisposable {
  readonly context: ScenarioContext
  /** The operations so far, as readable lines. */
  readonly operations: () => readonly string[]
}

async function stage(dialect: 'convert-ioctl' | 'vm-attributes' = 'convert-ioctl'): Promise<Stage> {
  const { instance } = await fakeInstance()
  return {
    context: createContext(instance.agent, { dialect, hugePages: hugePageSizes }, () => undefined),
    operations: () => instance.agent.recentOperations,
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  }
}

void test('the flags ask for huge pages and their size', async (t) => {
  await using it = await stage()
  await it.context.memory({ pages: 1024, hugePages: '2M', initially: 'private' })
  await it.context.memory({ pages: 262_144, hugePages: '1G', initially: 'shared' })
  await it.context.memory({ pages: 3, initially: 'shared' })
  const created = it.operations().filter((line) => line.startsWith('gmemCreate'))
  t.match(created[0], /size 0x400000, flags 0x5400000000000007\)/)
  t.match(created[1], /size 0x40000000, flags 0x7800000000000005\)/)
  t.match(created[2], /size 0x3000, flags 0x1\)/)
  const slots = it.operations().filter((line) => line.startsWith('memslotSet'))
  for (const slot of slots.slice(0, 2)) t.match(slot, /gpa 0x[48]0000000, /)
})

void test('a part of a huge page is a mistake of the scenario, and so is a dialect without them', async (t) => {
  await using it = await stage()
  const half = { pages: 100, hugePages: '2M', initially: 'private' } as const
  await t.rejects(it.context.memory(half), { message: /100 pages are not whole huge pages/ })
  t.equal(it.operations().filter((line) => !line.startsWith('hello')).length, 0)
  await using other = await stage('vm-attributes')
  await t.rejects(other.context.memory({ ...half, pages: 512 }), { message: /has no files of huge pages/ })
})

/** The guest address and the offset in the file of the last memslot. */
function lastSlot(it: Stage): { gpa: number; offset: number } {
  const line = it.operations().findLast((operation) => operation.startsWith('memslotSet')) ?? ''
  const number = (name: string): number => Number(new RegExp(`\\b${name} (0x[0-9a-f]+)`).exec(line)?.[1])
  return { gpa: number('gpa'), offset: number('gmem_offset') }
}

void test('a slot of a part is congruent to the file unless the scenario skews it', async (t) => {
  await using it = await stage()
  const file: Memory = await it.context.memory({
    pages: 1024,
    hugePages: '2M',
    initially: 'private',
    slot: false,
  })
  await file.bind(pages(512 + 5, 100))
  const straight = lastSlot(it)
  t.equal(straight.offset, 517 * 4096)
  t.equal((straight.gpa - straight.offset) % (512 * 4096), 0)
  await file.bind(pages(512, 100), { skewedBy: 3 })
  const skewed = lastSlot(it)
  t.equal((skewed.gpa - skewed.offset) % (512 * 4096), 3 * 4096)
  await file.bind(pages(512, 100), 0x1_2345_6000)
  t.equal(lastSlot(it).gpa, 0x1_2345_6000)
})

void test('slots overlap neither each other nor the area of the agent', async (t) => {
  const { instance } = await fakeInstance()
  await using stack = new AsyncDisposableStack()
  stack.use(instance)
  const guest = await NestedVm.create(instance.agent)
  let end = 0
  for (const size of [4096, gigabyte, 0x1000_0000, gigabyte, gigabyte, 4096, 3 * gigabyte, 4096]) {
    const { gpa } = guest.takeSlot({ size, alignment: size % gigabyte === 0 ? gigabyte : 4096 })
    t.ok(gpa >= end, `0x${gpa.toString(16)} is behind 0x${end.toString(16)}`)
    if (size % gigabyte === 0) t.equal(gpa % gigabyte, 0)
    end = gpa + size
    t.ok(end <= 0xe000_0000 || gpa >= 0x1_0000_0000, `0x${gpa.toString(16)} is not in the hole`)
  }
})
