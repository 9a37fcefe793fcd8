// Events between the start of QEMU and the ready line of init; a shell script plays the instance.
import { test } from 'tap'
import { deathError } from '../../../harness/vm/wait-for-init.ts'
import { ConsoleWriter } from '../../../harness/vm/console.ts'
import { bootVm } from './fixtures/boot-vm.ts'
import { console as fd, greet, qmp, stubQemu } from './fixtures/stub-qemu.ts'

const say = (line: string): string => `echo '${line}' >&${fd}\n`
const event = (reason: string): string =>
  `echo '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "${reason}"}}' >&${qmp}\n`

void test('an instance that comes up', async (t) => {
  const script = greet + say('[0.1] Linux version') + say('[1.2] gmemtest-init: ready') + 'exec sleep 60'
  await using vm = await bootVm(await stubQemu(t, script))
  t.same(vm.console.lines(), ['[0.1] Linux version', '[1.2] gmemtest-init: ready'])
  t.ok(vm.bootMilliseconds > 0)
  await vm[Symbol.asyncDispose]()
  t.same(await vm.died, { kind: 'closed' })
})

void test('an instance that was up before the wait', async (t) => {
  const script = say('[1.2] gmemtest-init: ready') + 'sleep 0.1\n' + greet + 'exec sleep 60'
  await using vm = await bootVm(await stubQemu(t, script))
  t.equal(vm.console.lines().length, 1)
})

const failures: readonly (readonly [
  what: string,
  script: string,
  error: { name: string; code: string; message: RegExp },
])[] = [
  [
    'a panic',
    greet + say('[1] Kernel panic - not syncing: VFS: Unable to mount root fs') + event('guest-reset') + 'exit 0',
    { name: 'BootError', code: 'KERNEL_PANIC', message: /panicked: VFS: Unable to mount root fs/ },
  ],
  [
    'a triple fault',
    greet + event('guest-reset') + 'sleep 0.1; exit 0',
    { name: 'BootError', code: 'GUEST_STOPPED', message: /triple fault/ },
  ],
  [
    'an init that gives up',
    greet + say('[1] gmemtest-init: failed: waiting for the ports: No such device') + 'exec sleep 60',
    { name: 'BootError', code: 'INIT_FAILED', message: /waiting for the ports: No such device/ },
  ],
  ['a QEMU that is killed', greet + 'kill -9 $$', { name: 'InfraError', code: 'QEMU_KILLED', message: /SIGKILL/ }],
  [
    'a QEMU that fails',
    `${greet}echo bad >&2; exit 3`,
    { name: 'InfraError', code: 'QEMU_FAILED', message: /exit code 3: bad/ },
  ],
]

for (const [what, script, error] of failures) {
  void test(what, async (t) => {
    await t.rejects(bootVm(await stubQemu(t, script)), { ...error })
  })
}

void test('a kernel that hangs: the deadline, with its last line', async (t) => {
  const options = await stubQemu(t, `${say('[0.3] Calibrating')}${greet}exec sleep 60`)
  await t.rejects(bootVm({ ...options, timeout: 300 }), {
    name: 'BootError',
    code: 'BOOT_TIMEOUT',
    message: /took longer than 0\.3 s: its last line is: \[0\.3\] Calibrating/,
    tail: ['[0.3] Calibrating'],
  })
})

void test('a silent kernel', async (t) => {
  const options = await stubQemu(t, `${greet}exec sleep 60`)
  await t.rejects(bootVm({ ...options, timeout: 300 }), {
    code: 'BOOT_TIMEOUT',
    message: /its console is empty/,
  })
})

void test('a disk that becomes full during the boot does not look like a silent kernel', async (t) => {
  let looks = 0
  const free = async (): Promise<number> => (++looks === 1 ? 2 ** 30 : 0)
  const options = { ...(await stubQemu(t, `${greet}exec sleep 60`)), free }
  await t.rejects(bootVm(options), { name: 'InfraError', code: 'NO_SPACE', message: /^no space left in / })
})

void test('an unreadable console is an infrastructure error', (t) => {
  const console = new ConsoleWriter()
  console.write(Buffer.from('[0.1] Linux version\n'))
  t.match(deathError({ kind: 'console-ended' }, console), {
    name: 'InfraError',
    code: 'CONSOLE_ENDED',
    message: /^the console of the instance became unreadable$/,
    tail: ['[0.1] Linux version'],
  })
  t.end()
})

void test('a caller that stops waiting', async (t) => {
  const options = await stubQemu(t, `${greet}exec sleep 60`, AbortSignal.timeout(300))
  await t.rejects(bootVm(options), { name: 'TimeoutError' })
})

const measuring = (milliseconds: number): string =>
  greet +
  say(`[0.2] APIC calibration not consistent with PM-Timer: ${milliseconds}ms instead of 100ms`) +
  say('[1.0] gmemtest-init: ready') +
  'exec sleep 60'

void test('an instance that measured its timers while this computer stood still is refused', async (t) => {
  for (const milliseconds of [2, 49, 201, 5000]) {
    await t.rejects(bootVm(await stubQemu(t, measuring(milliseconds))), {
      name: 'InfraError',
      code: 'CLOCK_WRONG',
      message: new RegExp(`: ${milliseconds}ms instead of 100ms$`),
    })
  }
  for (const milliseconds of [50, 94, 149]) {
    await using vm = await bootVm(await stubQemu(t, measuring(milliseconds)))
    t.equal(vm.console.lines().length, 2)
  }
})
