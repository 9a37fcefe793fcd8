// Long-lived children: they have channels, they end with the harness, and the harness knows how they ended.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { shellLine, startChild } from '../../../harness/process/child.ts'
import { inProject } from '../../../harness/base/paths.ts'

/** A zombie counts as dead. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) Z /.test(status)
}

void test('a channel carries bytes both ways', async (t) => {
  await using child = await startChild('sh', ['-c', 'exec cat <&3 >&3'], { channels: 1 })
  const [channel] = child.channels
  if (channel === undefined) throw new Error('no channel')
  channel.write('hello')
  const [chunk] = await once(channel, 'data')
  t.equal(String(chunk), 'hello')
})

void test('how a child ended: exit code, signal, the end of stderr', async (t) => {
  const failing = await startChild('sh', ['-c', 'echo trouble >&2; exit 3'], { channels: 0 })
  t.same(await failing.exited, { code: 3, signal: undefined, stderr: 'trouble', missing: false })
  const killed = await startChild('sleep', ['60'], { channels: 0 })
  killed.kill()
  t.match(await killed.exited, { signal: 'SIGKILL' })
})

void test('a program that does not exist is missing, not failing', async (t) => {
  const child = await startChild('no-such-program', [], { channels: 0 })
  t.match(await child.exited, { missing: true })
})

void test('an unread channel does not hide the end of a child', async (t) => {
  const child = await startChild('sh', ['-c', 'echo unread >&3'], { channels: 1 })
  t.match(await child.exited, { code: 0 })
})

void test('a grandchild that keeps stderr open does not hide the end either', async (t) => {
  const begin = performance.now()
  const child = await startChild('sh', ['-c', 'echo trouble >&2; sleep 20 & exit 1'], { channels: 0 })
  t.match(await child.exited, { code: 1, stderr: 'trouble' })
  t.ok(performance.now() - begin < 15_000)
})

void test('a child gets files of the harness after its channels', async (t) => {
  const file = path.join(t.testdir({}), 'log')
  await using handle = await open(file, 'a')
  const child = await startChild('sh', ['-c', 'echo written >&4'], { channels: 1, files: [handle.fd] })
  t.match(await child.exited, { code: 0 })
  t.equal(await readFile(file, 'utf8'), 'written\n')
})

void test('disposing of a child ends it', async (t) => {
  const child = await startChild('sleep', ['60'], { channels: 1 })
  t.ok(await isAlive(child.pid))
  await child[Symbol.asyncDispose]()
  t.notOk(await isAlive(child.pid))
})

void test('a child dies with a harness that is killed', async (t) => {
  const module = inProject('harness/process/child.ts')
  const script = `const { startChild } = await import(${JSON.stringify(module)})
    const child = await startChild('sleep', ['60'], { channels: 0 })
    console.log(child.pid)
    setInterval(() => undefined, 1000)`
  const harness = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await once(harness.stdout, 'data')
  const pid = Number(output)
  t.ok(await isAlive(pid))
  harness.kill('SIGKILL')
  await once(harness, 'exit')
  for (let tries = 0; tries < 1000 && (await isAlive(pid)); tries++) await delay(10)
  t.notOk(await isAlive(pid))
})

void test('a command line can be pasted into a shell', (t) => {
  for (const word of [
    'a\nb',
    "it's\t\\n",
    'a\u2028b\u202e',
    '\u001b[2J',
    '\u{e0041}x',
    '$(x) `y` "z" *?[!#&;|<>~',
    '-n',
    '',
  ]) {
    const line = shellLine('printf', ['%s', word])
    t.notMatch(line, /\n/)
    t.equal(
      execFileSync('bash', ['--norc', '-c', line], {
        encoding: 'utf8',
        env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
      }),
      word,
      line,
    )
  }
  t.equal(shellLine('echo', ['plain', 'two words', "it's"]), String.raw`echo plain 'two words' 'it'\''s'`)
  t.end()
})
