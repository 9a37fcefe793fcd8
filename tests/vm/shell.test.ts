// `gmemtest shell`: one command, a script, a terminal; and nothing left behind however it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { chooseAccelerator } from '../../harness/vm/accelerator.ts'

interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line to its end. */
async function run(
  file: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const child = spawn(file, args, { env: { ...process.env, NODE_V8_COVERAGE: '', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  await once(child, 'close')
  return { exitCode: child.exitCode, stdout, stderr }
}

async function shell(args: readonly string[], options: Parameters<typeof run>[2] = {}): Promise<Ran> {
  return await run(inProject('gmemtest'), ['shell', ...args], options)
}

void test('one command: its output and its exit code', async (t) => {
  const ran = await shell(['--append', 'quiet', '--', 'cat /proc/cmdline; /run/agent </dev/null; echo bad >&2; exit 7'])
  t.equal(ran.exitCode, 7)
  t.match(ran.stdout, /console=ttyS0 .* quiet/)
  t.match(ran.stderr, /bad/)
  t.notMatch(ran.stderr, 'not found')
})

void test('a script that is fed to it', async (t) => {
  t.match(await shell([], { input: 'echo from a script\nexit 4\n' }), {
    exitCode: 4,
    stdout: 'from a script\n',
  })
})

void test('a terminal', async (t) => {
  // script(1) makes a pseudo terminal for the command and copies it to our pipe.
  const input = 'stty size; tty\nexit 5\n'
  const command = `stty rows 33 cols 77; ${inProject('gmemtest')} shell`
  const ran = await run('script', ['-qec', command, '/dev/null'], { input, env: { TERM: 'xterm' } })
  t.equal(ran.exitCode, 5, ran.stdout)
  t.match(ran.stdout, /33 77/)
  t.match(ran.stdout, /\/dev\/pts\/0/)
})

void test('a kernel that panics under the command', async (t) => {
  const ran = await shell(['--', 'echo c >/proc/sysrq-trigger; sleep 100'])
  t.equal(ran.exitCode, 1)
  t.match(ran.stderr, /^gmemtest: the kernel panicked: sysrq triggered crash\n {2}\| /)
})

void test('a kernel that does not boot', async (t) => {
  const ran = await shell(['--append', 'rdinit=/no', '--append', 'init=/no', '--', 'true'])
  t.equal(ran.exitCode, 1)
  t.match(ran.stderr, /the kernel did not come up: the kernel panicked: Requested init \/no failed/)
})

void test('wrong usage', async (t) => {
  t.match(await shell(['--kernel', 'gmem-convrt']), { exitCode: 2, stderr: /gmem-convert/ })
  t.match(await shell(['--accel', 'xen']), { exitCode: 2, stderr: /tcg or kvm/ })
})

void test('KVM where it cannot nest', async (t) => {
  const { name } = await chooseAccelerator(undefined)
  if (name === 'kvm') {
    t.pass('it can nest here')
    return
  }
  t.match(await shell(['--accel', 'kvm', '--', 'true']), {
    exitCode: 69,
    stderr: /--accel kvm cannot work: /,
  })
})

void test('no QEMU', async (t) => {
  // Everything that the harness calls, without QEMU.
  const directory = t.testdir({})
  await mkdir(path.join(directory, 'bin'))
  for (const name of [
    'setpriv',
    'flock',
    'sh',
    'cat',
    'busybox',
    'gcc',
    'ld',
    'ldd',
    'readlink',
    'dirname',
    'awk',
    'env',
    'git',
  ]) {
    await run('sh', ['-c', `ln -s "$(command -v ${name})" ${directory}/bin/${name}`])
  }
  const ran = await shell(['--', 'true'], { env: { PATH: path.join(directory, 'bin') } })
  t.match(ran, {
    exitCode: 69,
    stderr: /qemu-system-x86_64 is not installed\n.*apt-get install qemu-system-x86/,
  })
})

/** Process ids of the QEMUs that are children of this one. */
async function qemusOf(parent: number): Promise<number[]> {
  const found: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const [, name, rest] = /\((.*)\) (.*)/.exec(status) ?? []
    if (name?.startsWith('qemu') === true && rest?.split(' ')[1] === String(parent)) found.push(Number(pid))
  }
  return found
}

async function isGone(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return status === '' || /\) Z /.test(status)
}

async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return true
    await delay(50)
  }
  return false
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGKILL', null],
] as const) {
  void test(`${signal} leaves no QEMU and no temporary file`, async (t) => {
    const temporary = t.testdir({})
    const child = spawn(inProject('gmemtest'), ['shell', '--', 'echo up; sleep 1000'], {
      env: { ...process.env, NODE_V8_COVERAGE: '', TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(child.stdout, 'data')
    const qemus = await qemusOf(child.pid ?? 0)
    t.equal(qemus.length, 1)
    child.kill(signal)
    await once(child, 'close')
    t.equal(child.exitCode, exitCode)
    t.ok(await until(async () => (await Promise.all(qemus.map(isGone))).every(Boolean)))
    t.same(await readdir(temporary), [])
  })
}
