// An instance that goes on from a saved state: it is like one that has booted, and no state that was harmed is ever used.
import { Patience } from '../../harness/base/patience.ts'
import { open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { sha256 } from '../../harness/cache/hash.ts'
import { Consoles } from '../../harness/instance/consoles.ts'
import { restoreInstance } from '../../harness/instance/boot-instance.ts'
import { startOptions, type InstanceOptions } from '../../harness/instance/instance-options.ts'
import type { Instance } from '../../harness/instance/instance.ts'
import { InstancePool } from '../../harness/instance/pool.ts'
import { provideSnapshot } from '../../harness/instance/snapshots.ts'
import { gatherFacts } from '../../harness/instance/instance-facts.ts'
import { connect } from '../../harness/ssh/connect.ts'
import { waitForInit } from '../../harness/vm/wait-for-init.ts'
import { greetRestored, restoreVm, saveState } from '../../harness/vm/snapshot.ts'
import { startQemu } from '../../harness/vm/start.ts'
import { plainProfile } from '../../harness/vm/profile.ts'
import { signal, testInstance, testParts } from './fixtures/agent-machine.ts'

const limits = { signal, timeout: 60_000 }

async function said(instance: Instance, command: string): Promise<string> {
  return (await instance.session.exec(command, limits)).stdout.trim()
}

void test('a restored instance', async (t) => {
  const cache = t.testdir({ snapshots: {} })
  const options = await testInstance(cache)
  const snapshot = await provideSnapshot(cache, options)
  const { mtimeMs } = await stat(snapshot.file)
  t.equal((await stat(snapshot.file)).mode & 0o777, 0o600)
  const saved = await readFile(options.consoleFile, 'utf8')
  t.match(saved, /Linux version[^]*gmemtest-init: ready/)

  await using first = await restoreInstance({ ...options, consoleFile: `${options.consoleFile}.1` }, snapshot)
  await using second = await restoreInstance({ ...options, consoleFile: `${options.consoleFile}.2` }, snapshot)

  await t.test('has the time of now, and a clock that goes', async (t) => {
    for (const instance of [first, second]) {
      const seconds = Number(await said(instance, 'date +%s'))
      t.ok(Math.abs(seconds - Date.now() / 1000) < 5, `${seconds} s`)
    }
    const [before = NaN] = (await said(first, 'cat /proc/uptime')).split(' ').map(Number)
    await delay(300)
    const [after = NaN] = (await said(first, 'cat /proc/uptime')).split(' ').map(Number)
    t.ok(after - before > 0.2 && after - before < 30, `${before} s, then ${after} s`)
  })

  await t.test('has random numbers of its own', async (t) => {
    const numbers: string[] = []
    // One after the other: dropbear loses a session now and then in which two short commands end at the same time.
    for (const instance of [first, second]) {
      numbers.push(await said(instance, 'cat /proc/sys/kernel/random/uuid'))
      numbers.push(await said(instance, 'head -c 16 /dev/urandom | od -An -tx1'))
    }
    t.equal(new Set(numbers).size, 4, numbers.join(', '))
  })

  await t.test('has a console that is read, with nothing of the one that it comes from', async (t) => {
    await first.session.exec('echo "<0>hello from one" >/dev/kmsg', limits)
    await second.session.exec('echo "<0>hello from two" >/dev/kmsg', limits)
    await delay(500)
    t.match(first.console.lines(), [/hello from one/])
    t.match(second.console.lines(), [/hello from two/])
  })

  await t.test('has an agent that works, and no process of the one that it comes from', async (t) => {
    t.match(await first.agent.files.makeDirectory('/tmp/made'), { errno: 'OK' })
    t.equal(await said(first, 'pidof agent | wc -w'), '1')
    t.equal(await said(first, 'ls -d /tmp/made'), '/tmp/made')
    t.equal(await said(second, 'ls /tmp/made'), '')
  })

  await t.test('comes from a state that is made once', async (t) => {
    t.equal((await provideSnapshot(cache, options)).file, snapshot.file)
    t.equal((await stat(snapshot.file)).mtimeMs, mtimeMs)
  })

  await t.test('with other arguments is another one', async (t) => {
    const other = await provideSnapshot(cache, { ...options, append: ['hugepages=3'] })
    t.not(other.file, snapshot.file)
  })
})

/** What the ssh server of a restored instance has chosen at random, in the first message that it sends. */
async function cookieOf(options: InstanceOptions, file: string): Promise<string> {
  await using vm = await restoreVm({ ...startOptions(options), savedState: { file, usedChannels: 1 } })
  const channel = vm.ssh.take()
  greetRestored(channel, new Date())
  channel.write('SSH-2.0-test\r\n')
  let answer = Buffer.alloc(0)
  for await (const bytes of channel) {
    answer = Buffer.concat([answer, bytes])
    // RFC 4253: one line; the packet's length and padding; the kind of the message, which is 20; 16 random bytes.
    const message = answer.indexOf('\n') + 1 + 4 + 1
    if (message > 5 && answer.length >= message + 17) {
      if (answer[message] !== 20) throw new Error(`message ${answer[message]}`)
      return answer.toString('hex', message + 1, message + 17)
    }
  }
  throw new Error('the channel has ended')
}

void test('each restored instance has an ssh server with random numbers of its own', async (t) => {
  const cache = t.testdir({ snapshots: {} })
  const options = await testInstance(cache)
  const { file } = await provideSnapshot(cache, options)
  const cookies = [await cookieOf(options, file), await cookieOf(options, file)]
  t.equal(new Set(cookies).size, 2, cookies.join(', '))
})

void test('a state that was harmed is made again', async (t) => {
  const cache = t.testdir({ snapshots: {} })
  const options = await testInstance(cache)
  const { file } = await provideSnapshot(cache, options)
  const { size } = await stat(file)
  const harms: readonly (readonly [string, () => Promise<void>])[] = [
    ['truncated', () => truncate(file, size - 1)],
    ['flipped in one bit', () => flipBit(file, Math.floor(size / 2))],
  ]
  for (const [name, harm] of harms) {
    const before = await stat(file)
    await harm()
    t.equal((await provideSnapshot(cache, options)).file, file, name)
    t.not((await stat(file)).ino, before.ino, `${name}: it is another file`)
  }
  await using instance = await restoreInstance(options, await provideSnapshot(cache, options))
  t.equal(await said(instance, 'echo well'), 'well')
})

async function flipBit(file: string, position: number): Promise<void> {
  await using handle = await open(file, 'r+')
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position)
  buffer[0] = (buffer[0] ?? 0) ^ 1
  await handle.write(buffer, 0, 1, position)
}

/** Puts another content into a file of an entry: it is what it was made as, as far as the checksum says. */
async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(file, content)
  const manifest = path.join(path.dirname(file), 'manifest.json')
  const products: unknown = JSON.parse(await readFile(manifest, 'utf8'))
  const { size, mtimeMs } = await stat(file)
  const product = { size, time: Math.floor(mtimeMs), sha256: sha256(content) }
  await writeFile(manifest, JSON.stringify(Object.assign({}, products, { [path.basename(file)]: product })))
}

void test('a state that nothing comes of is thrown away, and made again', async (t) => {
  const cache = t.testdir({ snapshots: {} })
  const options = await testInstance(cache)
  for (const [name, content] of [
    ['state', 'not the state of a machine'],
    ['facts.json', 'not the facts of a machine'],
    ['facts.json', '{"probe":{"guestMemfd":true},"files":{}}'],
  ] as const) {
    const { file, facts } = await provideSnapshot(cache, options)
    const { ino } = await stat(file)
    await replaceFile(path.join(path.dirname(file), name), content)
    await using consoles = new Consoles(cache, (error) => t.fail(String(error)))
    await using instances = new InstancePool({
      parts: await testParts(),
      accelerator: options.accelerator,
      isolation: 'vm',
      consoles,
      cache,
      signal,
      onCommands: () => undefined,
    })
    await using instance = await instances.next(plainProfile, { signal, worker: 0 })
    t.equal(instance.origin, 'restored')
    // The rest of them names the frequency of the CPU, which differs from boot to boot.
    t.strictSame(instance.facts?.probe, facts.probe)
    t.equal(await said(instance, 'echo well'), 'well')
    const made = await stat(file)
    t.ok(made.size > 2 ** 20)
    t.not(made.ino, ino)
    t.equal((await readdir(path.join(cache, 'snapshots'))).length, 1)
  }
})

void test('what is known of a restored instance is what is found in it', async (t) => {
  const cache = t.testdir({ snapshots: {} })
  const options = await testInstance(cache)
  const snapshot = await provideSnapshot(cache, options)
  await using instance = await restoreInstance(options, snapshot)
  t.strictSame(instance.facts, await gatherFacts(instance.agent))
})

void test('a panic before the agent of a restored instance answers is one of the kernel', async (t) => {
  const directory = t.testdir({ snapshots: {} })
  const options = await testInstance(directory)
  const { facts } = await provideSnapshot(directory, options)
  const file = path.join(directory, 'state')
  {
    const started = { ...options, initramfs: options.image.initramfs }
    await using running = await startQemu(started)
    const vm = await waitForInit(running, started)
    const session = await connect(vm.ssh, { ...options.image, ...limits })
    // It panics as soon as its clock is set.
    const trap = 'until [ $(date +%s) -gt 200000 ]; do :; done; echo c >/proc/sysrq-trigger'
    await session.exec(`date -s @100000; (${trap}) >/dev/null 2>&1 </dev/null &`, limits)
    await session[Symbol.asyncDispose]()
    await delay(1000)
    await saveState(vm, file, { signal, patience: new Patience(10) })
  }
  await t.rejects(restoreInstance(options, { file, facts }), {
    name: 'BootError',
    code: 'KERNEL_PANIC',
    message: /sysrq triggered crash/,
  })
})

void test('a line for a restored instance that makes no sense ends the session', async (t) => {
  const options = await testInstance(t.testdir({}))
  await using running = await startQemu({ ...options, initramfs: options.image.initramfs })
  running.ssh.take()
  for (const [line, splat] of [
    ['gmemtest-restored now\n', /cannot parse the line for a restored instance: gmemtest-restored now/],
    [`gmemtest-restored 1 2 ${'0'.repeat(255)}\n`, /the line for a restored instance is too long/],
  ] as const) {
    const channel = running.ssh.take()
    const ended = new Promise((resolve) => channel.once('close', resolve))
    channel.write(line)
    channel.resume()
    await ended
    t.ok(
      running.console.lines().some((shown) => splat.test(shown)),
      line.trim(),
    )
  }
})
