// The QMP client against a tiny QEMU: handshake, answers, events, refusals, silence, and the end.
import { duplexPair, type Duplex } from 'node:stream'
import { test } from 'tap'
import { DeadlineExceeded } from '../../../harness/base/deadline.ts'
import { openQmp, type QmpEvent } from '../../../harness/vm/qmp.ts'

const options = { signal: new AbortController().signal, timeout: 500 }
const greeting = '{"QMP": {"version": {}, "capabilities": ["oob"]}}\n'

type Answer = (request: { execute: string; id: number }, peer: Duplex) => void

const ok: Answer = ({ id }, peer) => void peer.write(`{"return": {}, "id": ${id}}\n`)

/** Plays QEMU on a channel: greets, accepts the handshake and then answers by `answer`. */
function fakeQemu(answer: Answer, hello = greeting): Duplex {
  const [ours, theirs] = duplexPair()
  theirs.write(hello)
  let rest = ''
  theirs.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const request = JSON.parse(line)
      const reply = request.execute === 'qmp_capabilities' ? ok : answer
      reply(request, theirs)
    }
  })
  return ours
}

void test('a command gets its own answer, in any order', async (t) => {
  const waiting: (() => void)[] = []
  const socket = fakeQemu((request, peer) => {
    waiting.push(() => peer.write(`{"return": "${request.execute}", "id": ${request.id}}\n`))
    if (waiting.length === 2) for (const answer of waiting.toReversed()) answer()
  })
  const qmp = await openQmp(socket, options)
  const both = Promise.all([qmp.execute('stop', {}, options), qmp.execute('cont', {}, options)])
  t.same(await both, ['stop', 'cont'])
})

void test('events arrive whole, even if they come in pieces', async (t) => {
  const socket = fakeQemu(({ id }, peer) => {
    peer.write('{"event": "SHUTDOWN", "data": {"guest": true, ')
    setTimeout(() => peer.write(`"reason": "guest-reset"}}\r\n{"return": {}, "id": ${id}}\n`), 5)
  })
  const events: QmpEvent[] = []
  const qmp = await openQmp(socket, { ...options, onEvent: (event) => events.push(event) })
  await qmp.execute('stop', {}, options)
  t.same(events, [{ name: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } }])
})

void test('a refusal names the command and the reason', async (t) => {
  const socket = fakeQemu(({ id }, peer) => {
    peer.write(`{"error": {"class": "GenericError", "desc": "not now"}, "id": ${id}}\n`)
  })
  const qmp = await openQmp(socket, options)
  await t.rejects(qmp.execute('inject-nmi', {}, options), {
    name: 'InfraError',
    code: 'QMP_REFUSED',
    message: /inject-nmi: not now/,
  })
})

void test('silence ends with the deadline, which names the command', async (t) => {
  const qmp = await openQmp(
    fakeQemu(() => undefined),
    options,
  )
  const error: unknown = await qmp.execute('query-status', {}, { ...options, timeout: 30 }).catch((e: unknown) => e)
  t.ok(error instanceof DeadlineExceeded)
  t.match(error, { message: /QMP query-status/ })
})

void test('the end of QEMU fails present and later commands at once', async (t) => {
  const qmp = await openQmp(
    fakeQemu((_, peer) => void peer.end()),
    options,
  )
  for (let round = 0; round < 2; round++) {
    await t.rejects(qmp.execute('stop', {}, options), { name: 'InfraError', code: 'QMP_LOST' })
  }
})

void test('any other protocol is an error', async (t) => {
  await t.rejects(openQmp(fakeQemu(ok, 'HTTP/1.1 400 Bad Request\n'), options), {
    code: 'QMP_LOST',
    message: /not QMP: HTTP/,
  })
})

void test('a QEMU that does not greet', async (t) => {
  const limited = { ...options, timeout: 30 }
  await t.rejects(openQmp(fakeQemu(ok, ''), limited), { name: 'DeadlineExceeded' })
})
