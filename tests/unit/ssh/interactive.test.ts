// The user's terminal is connected in raw mode, passes its size on, and is restored on every way out.
import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { connect } from '../../../harness/ssh/connect.ts'
import { fakeGuest, type Command } from './fixtures/server.ts'

class FakeInput extends PassThrough {
  readonly isTTY = true
  readonly modes: boolean[] = []
  setRawMode(mode: boolean): void {
    this.modes.push(mode)
  }
}

class FakeOutput extends PassThrough {
  columns = 120
  rows = 40
}

function terminal() {
  return { input: new FakeInput(), output: new FakeOutput(), type: 'xterm' }
}

/** Plays a shell that echoes lines and obeys `exit N`. */
const shell: Command = (channel) => {
  channel.on('data', (chunk: Buffer) => {
    const code = /^exit (\d+)/.exec(chunk.toString())?.[1]
    if (code === undefined) channel.write(`you said ${chunk.toString()}`)
    else {
      channel.exit(Number(code))
      channel.end()
    }
  })
}

const { signal } = new AbortController()

void test('bytes go both ways, the size is known, the exit code comes back', async (t) => {
  const guest = await fakeGuest(t, { run: shell })
  await using session = await connect(guest.endpoint, guest.options)
  const tty = terminal()
  const ended = session.shell(tty, { signal })
  tty.input.write('hello')
  const [said] = await once(tty.output, 'data')
  t.equal(String(said), 'you said hello')
  t.same(tty.input.modes, [true])
  tty.output.columns = 90
  tty.output.emit('resize')
  tty.input.write('exit 7')
  t.equal(await ended, 7)
  t.same(guest.windows, [
    { cols: 120, rows: 40 },
    { cols: 90, rows: 40 },
  ])
  t.same(tty.input.modes, [true, false])
  t.equal(EventEmitter.listenerCount(tty.output, 'resize'), 0)
})

void test('a lost connection restores the terminal', async (t) => {
  const guest = await fakeGuest(t, { run: () => void guest.far.destroy() })
  await using session = await connect(guest.endpoint, guest.options)
  const tty = terminal()
  await t.rejects(session.shell(tty, { signal }), { name: 'ProtocolError', code: 'SSH_LOST' })
  t.equal(tty.input.modes.at(-1), tty.input.modes.length === 0 ? undefined : false)
})

void test('the end of the run restores the terminal', async (t) => {
  const guest = await fakeGuest(t, { run: shell })
  await using session = await connect(guest.endpoint, guest.options)
  const tty = terminal()
  const abort = new AbortController()
  const ended = session.shell(tty, { signal: abort.signal })
  tty.input.write('hello')
  await once(tty.output, 'data')
  abort.abort(new Error('enough'))
  await t.rejects(ended, { message: 'enough' })
  t.same(tty.input.modes, [true, false])
})
