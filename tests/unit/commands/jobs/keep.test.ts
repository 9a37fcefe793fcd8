// What run --keep prints: the user asked for it, so --quiet does not concern it.
import { PassThrough } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { cacheDirectory } from '../../../../harness/base/paths.ts'
import { keepInstance } from '../../../../harness/commands/jobs/keep.ts'
import { provideKernel } from '../../../../harness/kernel/provide.ts'
import type { GdbStub } from '../../../../harness/vm/gdb-stub.ts'
import { fakeInstance } from '../../fixtures/run/fake-instance.ts'
import { miniDefinition, recordingContext } from '../../kernel/fixtures/mini-tree.ts'
import { fakeContext } from '../fixtures/context.ts'

const openGdbStub = async (): Promise<GdbStub> => ({ socket: '/gdb', [Symbol.asyncDispose]: async () => undefined })

void test('the lines of an instance that stays up, and the reason when none does', { timeout: 60_000 }, async (t) => {
  const directory = t.testdir({})
  const before = process.env['XDG_CACHE_HOME']
  process.env['XDG_CACHE_HOME'] = directory
  t.teardown(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = before
  })
  const kernel = await provideKernel(await miniDefinition(directory), recordingContext(cacheDirectory()))
  const parts = { kernel, agent: '/agent', image: { initramfs: '/i', userKey: '/key', hostKey: Buffer.from('k') } }
  const abort = new AbortController()
  const quiet = new PassThrough({ encoding: 'utf8' })
  const annotations = new PassThrough({ encoding: 'utf8' })
  let said = ''
  annotations.on('data', (text: string) => (said += text))
  const { context } = fakeContext({ signal: abort.signal, stderr: quiet, annotations })
  const job = { context, directory, options: { kernel: 'k' } }
  await keepInstance({ kind: 'nothing', reason: 'it died' }, parts, job)
  await delay(1)
  t.match(said, /^gmemtest: no instance stays up: it died; --vmcore/)
  const { instance: fake } = await fakeInstance()
  const instance = { ...fake, openGdbStub }
  const kept = keepInstance({ kind: 'instance', instance }, parts, job)
  while (!said.includes('to debug its kernel')) await delay(10)
  abort.abort(new Error('Ctrl-C'))
  await kept
  t.match(said, /the instance stays up until Ctrl-C; to log in:\n {2}ssh -p \d+/)
  t.equal(quiet.read(), null)
})
