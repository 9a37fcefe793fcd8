// An entry in use is known to other processes, until its user ends, however that happens.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rename, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import { holdEntry, releaseEntry, usedEntries } from '../../../harness/cache/uses.ts'
import { inProject } from '../../../harness/base/paths.ts'

const { signal } = new AbortController()

/** Makes the notes look older than the time for which they count without a lock. */
async function ageNotes(cache: string): Promise<void> {
  const directory = path.join(cache, 'locks/uses')
  for (const name of await readdir(directory)) {
    await rename(path.join(directory, name), path.join(directory, `1000-${name}`))
  }
}

async function eventually(check: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    if (await check()) return true
    await sleep(50)
  }
  return false
}

void test('a process uses an entry until it releases the entry, and the entry gets the time of its use', async (t) => {
  const cache = t.testdir()
  const entry = path.join(cache, 'kernels/k')
  await mkdir(entry, { recursive: true })
  await utimes(entry, 1, 1)
  await holdEntry(cache, entry)
  await holdEntry(cache, path.join(cache, 'kernels/absent'))
  t.ok((await stat(entry)).mtimeMs > 1000)
  t.strictSame([...(await usedEntries(cache, signal))], ['kernels/k', 'kernels/absent'])
  await releaseEntry(cache, entry)
  t.strictSame([...(await usedEntries(cache, signal))], ['kernels/absent'])
  t.ok(
    await eventually(async () => {
      await ageNotes(cache)
      return (await usedEntries(cache, signal)).has('kernels/absent')
    }),
    'the lock makes old notes count',
  )
})

void test('the notes of a killed process do not count', async (t) => {
  const cache = t.testdir()
  const code = `
    const { holdEntry } = await import(${JSON.stringify(inProject('harness/cache/uses.ts'))})
    await holdEntry(${JSON.stringify(cache)}, ${JSON.stringify(path.join(cache, 'trees/a'))})
    setInterval(() => undefined, 1000)
    await new Promise((resolve) => setTimeout(resolve, 500))
    console.log('held')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  await ageNotes(cache)
  t.ok(await eventually(async () => (await usedEntries(cache, signal)).has('trees/a')))
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.strictSame([...(await usedEntries(cache, signal))], [])
  t.strictSame(await readdir(path.join(cache, 'locks/uses')), [], 'they are removed')
})

void test('a cache that cannot be written does no harm', async (t) => {
  const cache = t.testdir({ locks: 'a file' })
  await holdEntry(cache, path.join(cache, 'kernels/k'))
  t.strictSame([...(await usedEntries(cache, signal))], [])
})
