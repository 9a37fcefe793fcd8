import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { lockNow, takeFreeLock, takeLock } from '../../../harness/cache/lock.ts'

void test('the second process waits for the first one, and gets its name', async (t) => {
  const cache = t.testdir()
  const order: string[] = []
  const options = { signal: new AbortController().signal, onWait: (holder: string) => order.push(holder) }
  const first = await takeLock(cache, 'a', options)
  await using other = await takeLock(cache, 'b', options)
  void other
  const second = takeLock(cache, 'a', options).then(async (lock) => {
    order.push('second')
    return lock[Symbol.asyncDispose]()
  })
  while (order.length === 0) await new Promise(setImmediate)
  order.push('release')
  await first[Symbol.asyncDispose]()
  await second
  t.strictSame(order, [`another gmemtest (process ${process.pid})`, 'release', 'second'])
})

void test('a lock that another process has is not waited for', async (t) => {
  const cache = t.testdir()
  const { signal } = new AbortController()
  const first = await takeFreeLock(cache, 'a', signal)
  t.ok(first)
  t.equal(await takeFreeLock(cache, 'a', signal), undefined)
  await first?.[Symbol.asyncDispose]()
  await using again = await takeFreeLock(cache, 'a', signal)
  t.ok(again)
})

void test('an abort ends the wait for a lock', async (t) => {
  const cache = t.testdir()
  const onWait = (): void => controller.abort(new Error('enough'))
  const controller = new AbortController()
  await using lock = await takeLock(cache, 'a', { signal: controller.signal, onWait })
  void lock
  await t.rejects(takeLock(cache, 'a', { signal: controller.signal, onWait }), { message: 'enough' })
})

void test('the lock of a killed process is free', async (t) => {
  const cache = t.testdir()
  const program = path.join(cache, 'holder.ts')
  const lockModule = path.resolve(import.meta.dirname, '../../../harness/cache/lock.ts')
  await writeFile(
    program,
    `import { lockNow, takeFreeLock, takeLock } from ${JSON.stringify(lockModule)}
    await takeLock(${JSON.stringify(cache)}, 'a', { signal: new AbortController().signal, onWait() {} })
    console.log('locked')
    setInterval(() => {}, 1000)`,
  )
  const holder = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await using lock = await takeLock(cache, 'a', {
    signal: AbortSignal.timeout(5000),
    onWait: () => t.comment('had to wait'),
  })
  t.ok(lock)
})

void test('a cache that cannot be locked is an error with the next step', async (t) => {
  const cache = t.testdir({ locks: 'a file' })
  const options = { signal: new AbortController().signal, onWait: () => undefined }
  await t.rejects(takeLock(cache, 'a', options), { code: 'LOCK_FAILED', hint: /XDG_CACHE_HOME/ })
})

void test('a lock whose holder cannot be noted is released', async (t) => {
  // A directory can be locked, but not written.
  const cache = t.testdir({ locks: { a: {} } })
  const { signal } = new AbortController()
  await t.rejects(takeLock(cache, 'a', { signal, onWait: () => t.fail('had to wait') }), { code: 'EISDIR' })
  await using lock = await lockNow(path.join(cache, 'locks/a'), signal)
  t.ok(lock)
})
