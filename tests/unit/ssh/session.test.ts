// The operations of a session, which fail at once when the connection breaks.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { test } from 'tap'
import { connect } from '../../../harness/ssh/connect.ts'
import { fakeGuest, type Command } from './fixtures/server.ts'

const limits = { signal: new AbortController().signal, timeout: 5000 }

function ends(code: number, stdout = '', stderr = ''): Command {
  return (channel) => {
    channel.stderr.write(stderr)
    channel.write(stdout)
    channel.exit(code)
    channel.end()
  }
}

void test('a command: exit code, stdout and stderr', async (t) => {
  const { endpoint, options } = await fakeGuest(t, { run: ends(3, 'out', 'err') })
  await using session = await connect(endpoint, options)
  t.same(await session.exec('anything', limits), {
    exitCode: 3,
    signal: undefined,
    stdout: 'out',
    stderr: 'err',
  })
})

void test('a command that a signal ended', async (t) => {
  const { endpoint, options } = await fakeGuest(t, {
    run(channel) {
      channel.exit('SIGKILL', false, '')
      channel.end()
    },
  })
  await using session = await connect(endpoint, options)
  t.match(await session.exec('anything', limits), { exitCode: undefined, signal: 'KILL' })
})

void test('output can be received as it comes', async (t) => {
  const { endpoint, options } = await fakeGuest(t, { run: ends(0, 'out', 'err') })
  await using session = await connect(endpoint, options)
  const seen: string[] = []
  const onOutput = (stream: string, chunk: Buffer): void => void seen.push(`${stream} ${chunk.toString()}`)
  t.match(await session.exec('anything', { ...limits, onOutput }), { stdout: '', stderr: '' })
  t.same(seen.toSorted(), ['stderr err', 'stdout out'])
})

void test('a command that takes too long', async (t) => {
  const { endpoint, options } = await fakeGuest(t, { run: () => undefined })
  await using session = await connect(endpoint, options)
  await t.rejects(session.exec('sleep 100', { ...limits, timeout: 50 }), {
    name: 'GuestError',
    code: 'COMMAND_TIMEOUT',
    message: /'sleep 100' took longer than 0\.1 s/,
  })
})

void test('a lost connection fails present and later commands at once', async (t) => {
  const { endpoint, options, far } = await fakeGuest(t, { run: () => void far.destroy() })
  await using session = await connect(endpoint, options)
  for (const command of ['first', 'second']) {
    await t.rejects(session.exec(command, limits), {
      name: 'ProtocolError',
      code: 'SSH_LOST',
      message: new RegExp(`'${command}'`),
    })
  }
  await session.closed
})

void test('an open channel is raw, and ends with the connection', async (t) => {
  const { endpoint, options, far } = await fakeGuest(t, { run: (channel) => void channel.pipe(channel) })
  await using session = await connect(endpoint, options)
  const channel = await session.open('cat', limits)
  channel.write(Buffer.from([0, 255, 10]))
  const [chunk] = await once(channel, 'data')
  t.same(chunk, Buffer.from([0, 255, 10]))
  far.destroy()
  await once(channel, 'close')
})

void test('a file is pushed whole, its name quoted, its mode set', async (t) => {
  const chunks: Buffer[] = []
  const commands: string[] = []
  const run: Command = (channel, command) => {
    commands.push(command)
    channel.on('data', (chunk: Buffer) => chunks.push(chunk))
    channel.on('end', () => ends(0)(channel, command))
  }
  const { endpoint, options } = await fakeGuest(t, { run })
  await using session = await connect(endpoint, options)
  const file = path.join(t.testdirName, 'file')
  await writeFile(file, 'content')
  await session.push(file, "/tmp/it's", { ...limits, mode: 0o755 })
  t.equal(gunzipSync(Buffer.concat(chunks)).toString(), 'content')
  t.same(commands, [String.raw`gzip -dc >'/tmp/it'\''s' && chmod 755 '/tmp/it'\''s'`])
})

void test('an instance that cannot store the file', async (t) => {
  const { endpoint, options } = await fakeGuest(t, {
    run(channel, command) {
      channel.on('data', () => undefined)
      channel.on('end', () => ends(1, '', 'No space left on device')(channel, command))
    },
  })
  await using session = await connect(endpoint, options)
  await t.rejects(session.push(import.meta.filename, '/tmp/x', { ...limits, mode: 0o644 }), {
    name: 'GuestError',
    code: 'PUSH_FAILED',
    message: /No space left/,
  })
})
