import diagnostics from 'node:diagnostics_channel'
import { test } from 'tap'
import { added, BoxRepository, readBox, reply } from '../fixtures/boxes.ts'

void test('the answers in a box start no more processes of their own', async (t) => {
  const v1 = new BoxRepository(t.testdir()).mails()
  let started = 0
  const count = (): void => void (started += 1)
  diagnostics.subscribe('child_process', count)
  t.teardown(() => diagnostics.unsubscribe('child_process', count))
  const processes = async (mails: readonly string[]): Promise<number> => {
    started = 0
    t.equal(added(await readBox(mails.join(''))), 'ten twenty thirty')
    return started
  }
  const few = await processes(v1)
  t.ok(few > 0)
  t.equal(await processes([...v1, ...Array.from({ length: 50 }, () => reply(v1[2] ?? ''))]), few)
})
