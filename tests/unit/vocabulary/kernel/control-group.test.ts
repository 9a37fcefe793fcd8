// Control groups: who is in them, what they are charged for, what their limits refuse, and what a removed one leaves.
import { test } from 'tap'
import type { ScenarioContext } from '../../../../harness/vocabulary/scenario-context.ts'
import { hugePageSizes } from '../../../../harness/base/huge-page-sizes.ts'
import { createContext } from '../../../../harness/vocabulary/create-context.ts'
import { fakeInstance, type FakeOptions } from '../../fixtures/run/fake-instance.ts'

interface Stage extends AsyncDisposable {
  readonly context: ScenarioContext
  readonly operations: () => readonly string[]
}

/** A kernel in which whole files are read, too. */
async function play(options: FakeOptions = {}, texts: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const reply: FakeOptions['reply'] = (name, body) => {
    const text = name === 'readFile' ? texts[body.subarray(16).toString()] : undefined
    return text === undefined ? undefined : { tail: Buffer.from(text) }
  }
  const { instance } = await fakeInstance({ reply, ...options })
  return {
    context: createContext(instance.agent, { dialect: 'convert-ioctl', hugePages: hugePageSizes }, () => undefined),
    operations: () => instance.agent.recentOperations,
    [Symbol.asyncDispose]: () => instance[Symbol.asyncDispose](),
  }
}

void test('a control group is entered, and left empty', async (t) => {
  await using stage = await play({
    files: (path) => (path.startsWith('/sys/fs/cgroup/mine/hugetlb.1GB') ? '5\n' : undefined),
  })
  const group = await stage.context.enterGroup('mine')
  t.strictSame(await group.charges('1G'), { used: 5, reserved: 5 })
  await t.rejects(group.charges('2M'), { code: 'COUNTER_MISSING' })
  await group.leave()
  t.match(stage.operations().at(-1), /^directory\(remove, \/sys\/fs\/cgroup\/mine\) = OK/)
  await using busy = await play({ react: (name) => (name === 'directory' ? 16 : undefined) })
  await t.rejects(busy.context.enterGroup('mine'), {
    message: /making the control group mine: wanted OK, found EBUSY/,
  })
})

void test('a control group is limited, and tells what it refused and which node it uses', async (t) => {
  const path = '/sys/fs/cgroup/mine/hugetlb.2MB'
  await using stage = await play(
    {},
    { [`${path}.numa_stat`]: 'total=8192 N0=4096 N1=4096\n', [`${path}.events`]: 'max 17\n' },
  )
  const group = await stage.context.enterGroup('mine')
  t.strictSame(await group.nodes('2M'), { total: 8192, perNode: [4096, 4096] })
  t.equal(await group.refusals('2M'), 17)
  await group.limit('2M', 'reserved', 4096)
  t.match(stage.operations().at(-1), /hugetlb\.2MB\.rsvd\.max, "4096"/)
  await group.limit('1G', 'used', 'max')
  t.match(stage.operations().at(-1), /hugetlb\.1GB\.max, "max"/)
  await group.enter(77)
  t.match(stage.operations().at(-1), /mine\/cgroup\.procs, "77"/)
})

void test('removed groups are counted until none is left', async (t) => {
  await using clean = await play({}, { '/sys/fs/cgroup/cgroup.stat': 'nr_descendants 3\nnr_dying_descendants 0\n' })
  t.equal(await clean.context.dyingGroups(), 0)
  await using left = await play({}, { '/sys/fs/cgroup/cgroup.stat': 'nr_descendants 3\nnr_dying_descendants 2\n' })
  t.equal(await left.context.dyingGroups(), 2)
  await using old = await play({}, { '/sys/fs/cgroup/cgroup.stat': 'nr_descendants 3\n' })
  await t.rejects(old.context.dyingGroups(), { code: 'COUNTER_MISSING' })
})
