// Things that do not end, each for another reason, on a real kernel: the verdict, and what the diagnostic shows.
import { open, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import type { Instance } from '../../harness/instance/instance.ts'
import { signal } from './fixtures/agent-machine.ts'
import { tried, type Body } from './fixtures/tried.ts'

/** Runs a command that may not come back, for its effect. */
async function provoke(instance: Instance, command: string): Promise<void> {
  instance.session.exec(command, { signal, timeout: 60_000 }).catch(() => undefined)
  await delay(200)
}

/** The QEMU whose console is in this directory. */
async function qemuOf(directory: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (line.includes('qemu-system') && line.includes(directory)) return Number(pid)
  }
  throw new Error(`no QEMU has its console in ${directory}`)
}

const endless = new Promise<never>(() => undefined)

void test('an operation is stuck in the kernel: FAIL, with its stack', async (t) => {
  const found = await tried(t, ({ agent }) => agent.files.readFile('/dev/kmsg'))
  t.equal(found.verdict, 'FAIL')
  t.match(found.message, /^endless took longer than .*; the kernel is alive, and readFile\(.*\) is stuck in it/)
  t.match(found.seen?.join('\n'), /it sleeps \(S\) in devkmsg_read[^]*\n {2}devkmsg_read\+0x/)
})

void test('the agent is stopped: ERROR', async (t) => {
  const found = await tried(t, async ({ agent }, instance) => {
    await provoke(instance, `kill -STOP ${agent.pid}`)
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'ERROR')
  t.match(found.message, /the agent is stopped: process \d+: it is stopped \(T\)/)
})

void test('the agent is frozen by its control group: ERROR', async (t) => {
  const found = await tried(t, async ({ agent }) => {
    await agent.files.writeFile('/sys/fs/cgroup/gmemtest/cgroup.freeze', '1')
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'ERROR')
  t.match(found.message, /the agent is stopped: process \d+: it is frozen/)
})

void test('the agent is killed: FAIL', async (t) => {
  const found = await tried(t, async ({ agent }, instance) => {
    await provoke(instance, `kill -KILL ${agent.pid}`)
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'FAIL')
  t.match(found.message, /^the agent died after .*; the kernel ended the agent by SIGKILL; the kernel is alive$/)
})

void test('the ssh server is killed: ERROR', async (t) => {
  const found = await tried(t, async ({ agent }, instance) => {
    await provoke(instance, 'killall -KILL dropbear')
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'ERROR')
  t.match(found.message, /the ssh session broke, and the agent ended with it; the kernel is alive$/)
})

void test('the scenario waits for itself: ERROR', async (t) => {
  const found = await tried(t, async ({ agent }) => {
    await agent.setAffinity(0)
    await endless
  })
  t.equal(found.verdict, 'ERROR')
  t.match(found.message, /no operation is under way/)
})

void test('the kernel is dead: FAIL, with the place where each CPU is', async (t) => {
  const found = await tried(t, async ({ agent }, instance) => {
    await provoke(instance, 'halt -f')
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'FAIL')
  t.match(found.message, /; the kernel is dead: it answers neither to an NMI nor to sysrq$/)
  t.match(
    found.seen?.join('\n'),
    /vCPU 0: in the kernel, halted, interrupts off\n( {2}.* \(inlined\)\n)* {2}stop_this_cpu\+0x\S+ arch\/x86\/kernel\/process\.c:\d+\n/,
  )
})

void test('QEMU is stopped: MISS', async (t) => {
  const found = await tried(t, async ({ agent }, _, directory) => {
    process.kill(await qemuOf(directory), 'SIGSTOP')
    await agent.setAffinity(0)
  })
  t.equal(found.verdict, 'MISS')
  t.match(found.message, /; QEMU is stopped/)
})

void test('with dumps: the memory after a panic, and after a hang', async (t) => {
  const dumpsTo = t.testdir({})
  const file = path.join(dumpsTo, 'vmcore-endless')
  for (const body of [
    ({ agent }) => agent.files.writeFile('/proc/sysrq-trigger', 'c'),
    ({ agent }) => agent.files.readFile('/dev/kmsg'),
  ] satisfies Body[]) {
    const found = await tried(t, body, { dumpsTo })
    t.equal(found.verdict, 'FAIL')
    t.match(found.vmcore, new RegExp(`^drgn -c ${file} -s /.*/vmlinux\\.debug$`))
    const { size, blocks } = await stat(file)
    t.ok(size >= 2 ** 30, 'all of its memory')
    t.ok(blocks * 512 < size / 2, 'without the zeros')
    await using dump = await open(file)
    const { buffer } = await dump.read(Buffer.alloc(4), 0, 4, 0)
    t.equal(buffer.toString('latin1'), '\u007fELF')
  }
})
