// Opening a session: both sides authenticate, and each failure has an error of its own.
import { duplexPair } from 'node:stream'
import { test } from 'tap'
import { connect } from '../../../harness/ssh/connect.ts'
import { makeSshKeyPair } from '../../../harness/image/keys.ts'
import { fakeGuest } from './fixtures/server.ts'

void test('an instance with the right keys', async (t) => {
  const { endpoint, options } = await fakeGuest(t)
  const session = await connect(endpoint, options)
  await session[Symbol.asyncDispose]()
  await session.closed
})

void test('an instance with another host key is refused', async (t) => {
  const { endpoint, options } = await fakeGuest(t)
  const other = { ...options, hostKey: makeSshKeyPair().publicKey }
  await t.rejects(connect(endpoint, other), { name: 'ProtocolError', code: 'SSH_HOST_KEY' })
})

void test('an instance that refuses the key', async (t) => {
  const { endpoint, options } = await fakeGuest(t, { accept: false })
  await t.rejects(connect(endpoint, options), { name: 'ProtocolError', code: 'SSH_REFUSED' })
})

void test('an instance that never answers: the deadline', async (t) => {
  const { options } = await fakeGuest(t)
  const [near] = duplexPair()
  await t.rejects(connect({ take: () => near }, { ...options, timeout: 100 }), {
    name: 'ProtocolError',
    code: 'SSH_TIMEOUT',
    message: /0\.1 s/,
  })
})

void test('a channel that ends, before and after the greeting', async (t) => {
  for (const greeting of ['', 'SSH-2.0-dropbear_2022.83\r\n']) {
    const { options } = await fakeGuest(t)
    const [near, far] = duplexPair()
    far.write(greeting)
    setTimeout(() => far.end(), 50)
    await t.rejects(connect({ take: () => near }, options), { code: 'SSH_CONNECT_FAILED' })
  }
})

void test('another protocol', async (t) => {
  const { options } = await fakeGuest(t)
  const [near, far] = duplexPair()
  far.write(`${'x'.repeat(10_000)}\n`)
  await t.rejects(connect({ take: () => near }, { ...options, timeout: 1000 }), { name: 'ProtocolError' })
})

void test('a caller that stops waiting', async (t) => {
  const { options } = await fakeGuest(t)
  const [near] = duplexPair()
  const abort = new AbortController()
  const connecting = connect({ take: () => near }, { ...options, signal: abort.signal })
  abort.abort(new Error('enough'))
  await t.rejects(connecting, { message: 'enough' })
})
