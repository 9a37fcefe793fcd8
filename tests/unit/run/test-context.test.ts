// What a test leaves open is known by the name of the test.
import { createServer } from 'node:net'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { asTest, leftOpen, noteResources } from '../../../harness/run/test-context.ts'

void test('open resources have the name of their test, and closed ones are not named', async (t) => {
  noteResources()
  const timer = await asTest('a', async () => {
    await delay(5)
    clearTimeout(setTimeout(() => undefined, 60_000))
    setInterval(() => undefined, 60_000).unref()
    return setInterval(() => undefined, 60_000)
  })
  const server = await asTest('b', async () => {
    const listening = createServer().listen(0)
    await once(listening, 'listening')
    return listening
  })
  t.strictSame(leftOpen(), ['a timer of a', 'a TCP server of b'])
  clearInterval(timer)
  server.close()
  await once(server, 'close')
  await delay(5)
  t.strictSame(leftOpen(), [])
})
