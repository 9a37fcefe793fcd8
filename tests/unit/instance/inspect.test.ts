// Questions to the shell of an instance: over the session that is there, over a new one, and without an answer.
import { test } from 'tap'
import { askOver } from '../../../harness/instance/inspect.ts'
import { connect } from '../../../harness/ssh/connect.ts'
import { fakeGuest, type Command } from '../ssh/fixtures/server.ts'

const limits = { signal: new AbortController().signal, milliseconds: 5000 }

function says(text: string, code = 0): Command {
  return (channel, command) => {
    channel.write(`${text} to ${command}`)
    channel.exit(code)
    channel.end()
  }
}

void test('the session that is there, and a new one', async (t) => {
  const first = await fakeGuest(t, { run: says('first') })
  await using session = await connect(first.endpoint, first.options)
  // Its keys take the place of those of the first one.
  const second = await fakeGuest(t, { run: says('second') })
  const ask = askOver(session, second.endpoint, second.options)
  t.equal(await ask('own', 'question', limits), 'first to question')
  t.equal(await ask('new', 'question', limits), 'second to question')
})

void test('a command that fails, a session that is lost, and an instance that says nothing', async (t) => {
  const guest = await fakeGuest(t, { run: says('no', 1) })
  await using session = await connect(guest.endpoint, guest.options)
  const ask = askOver(session, guest.endpoint, guest.options)
  await t.rejects(ask('own', 'question', limits), { name: 'GuestError', code: 'COMMAND_FAILED' })
  guest.far.destroy()
  await t.rejects(ask('own', 'question', limits), { code: 'SSH_LOST' })

  const silent = await fakeGuest(t, { run: () => undefined })
  await using other = await connect(silent.endpoint, silent.options)
  const begin = performance.now()
  await t.rejects(askOver(other, silent.endpoint, silent.options)('own', 'x', { ...limits, milliseconds: 100 }))
  t.ok(performance.now() - begin < 20_000)
})
