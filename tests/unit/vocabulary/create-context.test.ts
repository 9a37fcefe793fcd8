import { test } from 'tap'
import { createContext } from '../../../harness/vocabulary/create-context.ts'
import type { HugePageSize } from '../../../harness/base/huge-page-sizes.ts'
import { fakeInstance } from '../fixtures/run/fake-instance.ts'

const kinds = [{}, { hugePages: '2M' }, { options: { hugePages: '2M' } }, { hugePages: '1G' }] as const

async function offeredWith(...hugePages: readonly HugePageSize[]): Promise<readonly object[]> {
  const { instance } = await fakeInstance()
  await using agent = instance
  return createContext(agent.agent, { dialect: 'convert-ioctl', hugePages }, () => undefined).offered(kinds)
}

void test('a kernel offers files of 4K pages, and of the huge pages that it has', async (t) => {
  t.strictSame(await offeredWith(), [{}])
  t.strictSame(await offeredWith('2M'), kinds.slice(0, 3))
  t.strictSame(await offeredWith('1G', '2M'), kinds)
})
