// A real kernel in a real QEMU: boot, sessions, and each way in which it can end.
import { readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import path from 'node:path'
import { test } from 'tap'
import { makeSshKeyPair } from '../../harness/image/keys.ts'
import { bytes } from '../../harness/base/units.ts'
import { connect } from '../../harness/ssh/connect.ts'
import type { SshSession } from '../../harness/ssh/session.ts'
import { bootVm } from '../unit/vm/fixtures/boot-vm.ts'
import type { Vm } from '../../harness/vm/vm.ts'
import { guest, signal, type Guest } from './fixtures/guest.ts'

const limits = { signal, timeout: 60_000 }

async function session(vm: Vm, { image }: Guest): Promise<SshSession> {
  return await connect(vm.ssh, { ...image, ...limits })
}

/** Runs a command that does not come back, for its effect on the instance. */
function provoke(shell: SshSession, command: string): void {
  shell.exec(command, limits).catch(() => undefined)
}

void test('an instance: ssh, files, console, monitor', async (t) => {
  const given = await guest()
  const consoleFile = path.join(t.testdir({}), 'console.log')
  await using vm = await bootVm({ ...given.boot, consoleFile, append: ['hugepages=3'] })
  await using shell = await session(vm, given)

  await t.test('commands', async (t) => {
    t.same(await shell.exec('echo out; echo err >&2; exit 3', limits), {
      exitCode: 3,
      signal: undefined,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    t.match(await shell.exec('kill -9 $$', limits), { exitCode: undefined, signal: 'KILL' })
    t.match(await shell.exec('nproc; cat /proc/cmdline', limits), { stdout: /^2\n.*hugepages=3/ })
    t.match(await shell.exec('cat', { ...limits, input: Buffer.from('fed') }), { stdout: 'fed' })
    await t.rejects(shell.exec('sleep 100', { ...limits, timeout: 300 }), { code: 'COMMAND_TIMEOUT' })
  })

  await t.test('files', async (t) => {
    const file = path.join(t.testdir({}), 'file')
    const content = Buffer.alloc(3_000_000, 'gmemtest ')
    await writeFile(file, content)
    await shell.push(file, '/tmp/with space', { ...limits, mode: 0o700 })
    const hash = createHash('sha256').update(content).digest('hex')
    t.match(await shell.exec("sha256sum <'/tmp/with space'; stat -c %a '/tmp/with space'", limits), {
      stdout: `${hash}  -\n700\n`,
    })
    await t.rejects(shell.push(file, '/nonexistent/file', { ...limits, mode: 0o700 }), {
      name: 'GuestError',
      code: 'PUSH_FAILED',
    })
  })

  await t.test('the instance is what the tests need', async (t) => {
    const mounts = await shell.exec('mount', limits)
    for (const place of ['/proc', '/sys', '/dev', '/dev/pts', '/sys/kernel/debug', '/tmp', '/run']) {
      t.match(mounts.stdout, ` on ${place} `)
    }
    t.match(await shell.exec('ls /dev/kvm', limits), { exitCode: 0 })
    // Orphans become children of init, which waits for them.
    await shell.exec('for i in 1 2 3; do (sleep 0.1 & ) ; done; sleep 0.5', limits)
    t.notMatch(await shell.exec('cat /proc/[0-9]*/stat', limits), { stdout: /\(sleep\) Z/ })
  })

  await t.test('the console is in memory and in the file', async (t) => {
    const mark = vm.console.mark()
    await shell.exec('echo "<4>hello from $$" >/dev/kmsg', limits)
    while (!vm.console.since(mark).some((line) => line.includes('hello from'))) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    t.match(vm.console.lines()[0], /Linux version/)
    t.match(await readFile(consoleFile, 'utf8'), /Linux version[^]*gmemtest-init: ready[^]*hello from/)
    t.notMatch(vm.console.lines().join('\n'), '\r')
  })

  await t.test('the monitor', async (t) => {
    t.match(await vm.qmp.execute('query-status', {}, limits), { status: 'running' })
    t.match(await vm.qmp.execute('human-monitor-command', { 'command-line': 'info version' }, limits), /\d+\.\d+/)
  })

  await t.test(
    'QEMU has no network socket at all: no port can be busy, and no other process can connect',
    async (t) => {
      const sockets = new Set<string>()
      for (const name of await readdir(`/proc/${vm.pid}/fd`)) {
        const target = await readlink(`/proc/${vm.pid}/fd/${name}`).catch(() => '')
        const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
        if (inode !== undefined) sockets.add(inode)
      }
      t.ok(sockets.size > 0)
      for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
        const lines = (await readFile(`/proc/net/${table}`, 'utf8')).trim().split('\n').slice(1)
        t.notOk(
          lines.some((line) => sockets.has(line.trim().split(/\s+/)[9] ?? '')),
          table,
        )
      }
    },
  )

  await t.test('further sessions, as many as there are channels', async (t) => {
    for (let index = 1; index < 4; index++) {
      await using another = await session(vm, given)
      t.match(await another.exec('echo $SSH_CLIENT', limits), { exitCode: 0 })
    }
    await t.rejects(session(vm, given), { code: 'SSH_CHANNELS_USED' })
    t.match(await shell.exec('true', limits), { exitCode: 0 })
  })
})

void test('a session to another instance than expected is refused', async (t) => {
  const given = await guest()
  await using vm = await bootVm(given.boot)
  const other = { ...given.image, hostKey: makeSshKeyPair().publicKey }
  await t.rejects(connect(vm.ssh, { ...other, ...limits }), { code: 'SSH_HOST_KEY' })
})

void test('an ssh server that is killed is noticed at once', async (t) => {
  const given = await guest()
  await using vm = await bootVm(given.boot)
  await using shell = await session(vm, given)
  const begin = performance.now()
  await t.rejects(shell.exec('killall -9 dropbear; sleep 100', limits), {
    name: 'ProtocolError',
    code: 'SSH_LOST',
  })
  t.ok(performance.now() - begin < 5000)
})

void test('how an instance dies', async (t) => {
  const given = await guest()

  await t.test('panic', async (t) => {
    await using vm = await bootVm(given.boot)
    await using shell = await session(vm, given)
    provoke(shell, 'echo c >/proc/sysrq-trigger')
    t.same(await vm.died, { kind: 'panic', title: 'sysrq triggered crash' })
    t.match(vm.console.lines().join('\n'), /Call Trace:/)
  })

  await t.test('power-off', async (t) => {
    await using vm = await bootVm(given.boot)
    await using shell = await session(vm, given)
    provoke(shell, 'poweroff')
    t.same(await vm.died, { kind: 'guest-stopped', reason: 'guest-shutdown' })
  })

  await t.test('QEMU killed', async (t) => {
    await using vm = await bootVm(given.boot)
    await using shell = await session(vm, given)
    const lost = t.rejects(shell.exec('sleep 100', limits), { code: 'SSH_LOST' })
    t.ok(process.kill(vm.pid, 'SIGKILL'))
    t.match(await vm.died, { kind: 'qemu-exited', signal: 'SIGKILL' })
    await lost
  })

  await t.test('closed', async (t) => {
    const vm = await bootVm(given.boot)
    const begin = performance.now()
    await vm[Symbol.asyncDispose]()
    t.ok(performance.now() - begin < 2000)
    t.same(await vm.died, { kind: 'closed' })
    t.throws(() => process.kill(vm.pid, 0), { code: 'ESRCH' })
  })
})

void test('kernels that do not come up', async (t) => {
  const { boot } = await guest()

  await t.test('no init', async (t) => {
    await t.rejects(bootVm({ ...boot, append: ['rdinit=/nonexistent', 'init=/nonexistent'] }), {
      name: 'BootError',
      code: 'KERNEL_PANIC',
      message: /Requested init \/nonexistent failed/,
    })
  })

  await t.test('an initramfs that is none', async (t) => {
    const initramfs = path.join(t.testdir({}), 'initramfs')
    await writeFile(initramfs, 'not an archive')
    await t.rejects(bootVm({ ...boot, initramfs }), { name: 'BootError', code: 'KERNEL_PANIC' })
  })

  await t.test('a kernel that is cut off', async (t) => {
    const vmlinux = path.join(t.testdir({}), 'vmlinux')
    const whole = await readFile(boot.vmlinux)
    await writeFile(vmlinux, whole.subarray(0, 12 * 2 ** 20))
    await t.rejects(bootVm({ ...boot, vmlinux }), { name: 'UsageError', code: 'KERNEL_FORMAT' })
  })

  await t.test('a kernel of zeros behind its headers: nothing is ever said', async (t) => {
    const vmlinux = path.join(t.testdir({}), 'vmlinux')
    const whole = await readFile(boot.vmlinux)
    // Program text, not the notes that follow it.
    whole.fill(0xf4, 2 ** 21, 2 ** 21 + 6 * 2 ** 20)
    await writeFile(vmlinux, whole)
    const { size } = await stat(vmlinux)
    t.ok(size > 8 * 2 ** 20)
    await t.rejects(bootVm({ ...boot, vmlinux, timeout: 500 }), { name: 'BootError' })
  })

  await t.test('more memory than there is', async (t) => {
    await t.rejects(bootVm({ ...boot, memory: bytes(2 ** 52) }), { name: 'InfraError', code: 'QEMU_FAILED' })
  })
})
