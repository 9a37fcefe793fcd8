// Steps with a scripted agent: how they travel, and what a wrong look or a failed step says.
import { test } from 'tap'
import type { OperationName } from '../../../../harness/agent/wire/operations.ts'
import { words } from '../../../../harness/agent/vocabulary.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import type { Memory } from '../../../../harness/vocabulary/scenario-context.ts'
import { page, pages } from '../../../../harness/model/ranges.ts'
import { fakeInstance, type FakeReply } from '../../fixtures/run/fake-instance.ts'

interface Kernel {
  /** The steps that the agent got, four numbers each. */
  sent: number[]
  /** The looks that it answers with: page, count, look, tag. */
  looks: number[]
  /** The step that fails. */
  fails: { at: number; error: number } | undefined
}

const requestWords = 8

interface Stage extends AsyncDisposable {
  readonly file: Memory
}

async function play(kernel: Kernel): Promise<Stage> {
  const reply = (name: OperationName, body: Buffer): FakeReply | undefined => {
    if (name !== 'steps') return undefined
    const tail = body.subarray(requestWords * 8)
    kernel.sent = Array.from({ length: tail.length / 4 }, (_, index) => tail.readUInt32LE(index * 4))
    const answer = Buffer.alloc(kernel.looks.length * 4)
    for (const [index, word] of kernel.looks.entries()) answer.writeUInt32LE(word, index * 4)
    const { at, error } = kernel.fails ?? { at: kernel.sent.length / 4, error: 0 }
    return { errno: error, words: [at, kernel.looks.length / 4], tail: answer }
  }
  const { instance } = await fakeInstance({ reply })
  const context = createContext(instance.agent, { dialect: 'convert-ioctl', hugePages: hugePageSizes }, () => undefined)
  const file = await context.memory({ pages: 8, initially: 'shared' })
  return { file, [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose]() }
}

const kernelOf = (looks: number[]): Kernel => ({ sent: [], looks, fails: undefined })
const tag = words.look.indexOf('tag')
const sigbus = words.look.indexOf('sigbus')

/** The numbers of a step. */
function step(name: (typeof words.step)[number], first: number, count: number, value = 0): number[] {
  return [words.step.indexOf(name), first, count, value]
}

void test('steps travel in their order, and each look is compared with the model at that step', async (t) => {
  const kernel = kernelOf([2, 2, tag, 0, 2, 1, sigbus, 0, 2, 2, tag, 7])
  await using stage = await play(kernel)
  const { file } = stage
  await file.perform([
    { does: 'host-look', range: pages(2, 2) },
    { does: 'convert', to: 'private', range: page(2) },
    { does: 'host-look', range: page(2) },
    { does: 'guest-fill', range: pages(2, 2), tag: 7 },
    { does: 'guest-look', range: pages(2, 2) },
    { does: 'allocate', range: page(0) },
    { does: 'punch', range: file.all },
  ])
  t.strictSame(kernel.sent, [
    ...step('host-look', 2, 2),
    ...step('to-private', 2, 1),
    ...step('host-look', 2, 1),
    ...step('guest-fill', 2, 2, 7),
    ...step('guest-look', 2, 2),
    ...step('allocate', 0, 1),
    ...step('punch', 0, 8),
  ])
  t.equal(file.model.stateAt(2), 'private')
  t.equal(file.model.allocatedPages, 0)
})

void test('a wrong look is told with the history of its page', async (t) => {
  await using stage = await play(kernelOf([3, 1, tag, 9]))
  const { file } = stage
  await t.rejects(
    file.perform([
      { does: 'host-fill', range: page(3), tag: 8 },
      { does: 'host-fill', range: page(4), tag: 1 },
      { does: 'convert', to: 'private', range: pages(2, 2) },
      { does: 'guest-look', range: page(3) },
      { does: 'punch', range: page(3) },
    ]),
    {
      name: 'CheckFailure',
      message:
        'guest view of page 3: wanted 8, found 9, after: host-fill page 3 with 8; convert pages 2..3 to private; guest-look page 3',
    },
  )
})

void test('a step that fails, and looks that are missing, are failures of the kernel', async (t) => {
  const kernel = kernelOf([])
  kernel.fails = { at: 1, error: 11 }
  await using stage = await play(kernel)
  const { file } = stage
  const steps = [
    { does: 'punch', range: page(1) },
    { does: 'convert', to: 'private', range: pages(0, 2) },
  ] as const
  await t.rejects(file.perform(steps), {
    message: 'convert pages 0..1 to private: wanted OK, found EAGAIN, after: convert pages 0..1 to private',
  })
  kernel.fails = undefined
  await t.rejects(file.perform([{ does: 'host-look', range: page(1) }]), {
    message: /^pages looked at: wanted 1, found 0/,
  })
})
