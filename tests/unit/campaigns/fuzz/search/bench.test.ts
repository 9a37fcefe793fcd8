// The bench: programs share a nested VM until one differs, and a new file waits for memory.
import { test } from 'tap'
import { parseProgram } from '../../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { Bench } from '../../../../../harness/campaigns/fuzz/search/bench.ts'
import { splatReader } from '../../../../../harness/console/read-splats.ts'
import { fakeInstance } from '../../../fixtures/run/fake-instance.ts'
import type { Bug } from '../fixtures/fake-bug.ts'
import { FakeKernel } from '../fixtures/fake-kernel.ts'

const program = parseProgram(
  'p.yaml',
  `version: 1
pageSize: 4K
pages: 8
initially: shared
steps:
  - { do: bind, first: 2, count: 1 }
`,
)

async function benchOf(
  bug: Bug | undefined,
  lacks: () => boolean,
): Promise<{ readonly bench: Bench; readonly asked: string[] }> {
  const kernel = new FakeKernel(bug)
  const asked: string[] = []
  const { instance } = await fakeInstance({
    reply: (name, body) => {
      if (name !== 'hello') asked.push(name)
      kernel.lacksMemory = name === 'program' && lacks()
      return kernel.reply(name, body)
    },
  })
  const options = {
    dialect: 'convert-ioctl',
    available: new Set<never>(),
    read: splatReader([], '2026-11-30'),
  } as const
  return { bench: new Bench(instance, options), asked }
}

void test('programs share a nested VM, and one that differs ends it', async (t) => {
  const good = await benchOf(undefined, () => false)
  t.equal(await good.bench.run(program), undefined)
  t.equal(await good.bench.run(program), undefined)
  t.strictSame(good.asked, ['vmCreate', 'vcpuCreate', 'program', 'program'])
  const bad = await benchOf('binds twice', () => false)
  t.match(await bad.bench.run(program), { step: 'bind', field: 'errno', wanted: 'EINVAL', found: 'OK' })
  await bad.bench.run(program)
  t.strictSame(bad.asked.slice(0, 5), ['vmCreate', 'vcpuCreate', 'program', 'reset', 'vmCreate'])
})

void test('a file waits for the memory of the file before it', async (t) => {
  let times = 3
  const { bench, asked } = await benchOf(undefined, () => times-- > 0)
  t.equal(await bench.run(program), undefined)
  t.equal(asked.filter((name) => name === 'program').length, 4)
})
