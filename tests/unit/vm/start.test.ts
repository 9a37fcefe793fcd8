// Bad starts of QEMU: each is an infrastructure error with its reason in one line, and leaves nothing behind.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { startQemu } from '../../../harness/vm/start.ts'
import { greet, qmp, stubQemu } from './fixtures/stub-qemu.ts'

void test('no QEMU', async (t) => {
  await t.rejects(startQemu(await stubQemu(t, undefined)), {
    name: 'InfraError',
    code: 'QEMU_MISSING',
    hint: 'apt-get install qemu-system-x86',
  })
})

void test('the error of a QEMU that fails has the last line of QEMU first', async (t) => {
  const script = 'echo warning: something >&2; echo "qemu: cannot set up guest memory: no memory" >&2; exit 1'
  await t.rejects(startQemu(await stubQemu(t, script)), {
    name: 'InfraError',
    code: 'QEMU_FAILED',
    message: /^QEMU could not start: qemu: cannot set up guest memory: no memory$/,
    tail: ['warning: something'],
  })
})

void test('a QEMU that is killed before its first output', async (t) => {
  await t.rejects(startQemu(await stubQemu(t, 'kill -9 $$')), { code: 'QEMU_FAILED', message: /SIGKILL/ })
})

void test('a disk that is full before QEMU starts, or before its monitor answers', async (t) => {
  for (const enough of [0, 1]) {
    let looks = 0
    const free = async (): Promise<number> => (looks++ < enough ? 2 ** 30 : 0)
    const options = { ...(await stubQemu(t, 'touch "$0.started"; exec sleep 60')), free }
    await t.rejects(startQemu(options), { code: 'NO_SPACE', message: /^no space left in / })
    const isStarted = (await readdir(path.dirname(options.vmlinux))).some((name) => name.endsWith('.started'))
    t.equal(isStarted, enough > 0)
  }
})

void test('a QEMU that refuses the sandbox is started without it', async (t) => {
  const script = `
    case "$*" in *"-sandbox on"*) echo "failed to install seccomp syscall filter in the kernel" >&2; exit 1;; esac
    ${greet}
    exec sleep 60`
  await using running = await startQemu(await stubQemu(t, script))
  t.notMatch(running.command, /-sandbox on/)
})

void test('the caller gives up a silent QEMU, which is killed', async (t) => {
  const abort = new AbortController()
  const options = await stubQemu(t, `echo $$ >"$(dirname "$0")/pid"; exec sleep 60`, abort.signal)
  const started = startQemu(options)
  const file = path.join(path.dirname(options.vmlinux), 'pid')
  let pid = 0
  while (pid === 0) {
    await delay(10)
    pid = Number(await readFile(file, 'utf8').catch(() => ''))
  }
  abort.abort(new Error('enough'))
  await t.rejects(started, { message: 'enough' })
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

void test('an ssh channel ends with its server in the instance', async (t) => {
  const event = '{"event": "VSERPORT_CHANGE", "data": {"open": false, "id": "ssh0"}}'
  await using running = await startQemu(await stubQemu(t, `${greet}echo '${event}' >&${qmp}; exec sleep 60`))
  const [first, second] = [running.ssh.take(), running.ssh.take()]
  await new Promise((resolve) => first.once('close', resolve))
  t.ok(first.destroyed)
  t.notOk(second.destroyed)
  running.ssh.take()
  running.ssh.take()
  t.throws(() => running.ssh.take(), { name: 'InfraError', code: 'SSH_CHANNELS_USED' })
})

void test('a kernel for another processor is refused before QEMU is started', async (t) => {
  const options = await stubQemu(t, 'exit 1')
  await t.rejects(startQemu({ ...options, vmlinux: '/bin/sh' }), {
    name: 'BuildError',
    code: 'KERNEL_NO_PVH',
  })
})
