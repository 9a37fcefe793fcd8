// Programs on instances that misbehave: the verdict on each, and that the next one runs all the same.
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import { DeadlineExceeded } from '../../../../harness/base/deadline.ts'
import { BootError, BuildError, GuestError, InfraError, ProtocolError } from '../../../../harness/base/errors.ts'
import { procOf, type FakeTask } from '../../fixtures/run/proc.ts'
import { passes, run, type Faults, type Program } from './fixtures/selftests.ts'

void test('programs that pass share an instance; their points go with them', async (t) => {
  const { outcome, events, verdicts, boots } = await run({
    one: passes,
    two: async (_puppet, say) => {
      say('TAP version 13\n1..1\nok 1 maps\n')
      return {}
    },
  })
  t.same(verdicts, ['kvm:one PASS', 'kvm:two PASS'])
  t.same([outcome.exitCode, boots], [0, 1])
  t.match(events.at(-2), { points: [{ ok: true, name: 'maps' }] })
  t.match(events.at(-1), { type: 'run-finished', verdicts: { PASS: 2 } })
})

void test('after a failure the next program gets a new instance', async (t) => {
  const { outcome, events, verdicts, boots } = await run({
    one: async (_puppet, say) => {
      say('it is no good\n')
      return { exitCode: 1 }
    },
    two: passes,
  })
  t.same(verdicts, ['kvm:one FAIL: exit code 1', 'kvm:two PASS'])
  t.same([outcome.exitCode, boots], [1, 2])
  const failed = events.find((event) => event.type === 'test-finished')
  t.match(failed, { diagnostic: { output: ['it is no good'], again: 'again kvm:one' } })
})

const skips: Program = async (_puppet, say) => {
  say('1..0 # SKIP no KVM\n')
  return { exitCode: 4 }
}

const warns: Program = async (puppet) => {
  puppet.say('[    2.0] WARNING: CPU: 0 PID: 1 at virt/kvm/guest_memfd.c:1 foo+0x1/0x2')
  return {}
}

const floods: Program = async (puppet) => {
  for (let pid = 1; pid <= 11_000; pid += 1) puppet.say(`[    2.0] WARNING: CPU: 0 PID: ${pid} at mm/a.c:1 foo+0x1/0x2`)
  return {}
}

const badDays: readonly (readonly [day: string, program: Program, verdict: string, faults?: Faults])[] = [
  [
    'the kernel warns while it runs',
    warns,
    'FAIL: kernel splat: WARNING: CPU: 0 PID: 1 at virt/kvm/guest_memfd.c:1 foo+0x1/0x2',
  ],
  [
    'the kernel floods its console with warnings',
    floods,
    'FAIL: kernel splat: WARNING: CPU: 0 PID: 1 at mm/a.c:1 foo+0x1/0x2 (and more than 10000 splats: the rest of the log is not read)',
  ],
  [
    'the kernel warned while it booted',
    passes,
    'FAIL: kernel splat before this test began: BUG: something',
    { boot: ['[    0.0] Linux version 6.12.0', '[    1.0] BUG: something'] },
  ],
  [
    'the kernel panics',
    async (puppet) => {
      puppet.die({ kind: 'panic', title: 'Fatal exception' })
      return new Promise(() => undefined)
    },
    'FAIL: the kernel panicked: Fatal exception',
  ],
  [
    'QEMU is killed',
    async (puppet) => {
      puppet.die({ kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' })
      throw new ProtocolError('SSH_LOST', 'lost the ssh connection')
    },
    'MISS: QEMU ended by SIGKILL',
  ],
  [
    'ssh is lost',
    async () => {
      throw new ProtocolError('SSH_LOST', 'lost the ssh connection')
    },
    'ERROR: lost the ssh connection',
  ],
  [
    'it does not end',
    async (_puppet, say) => {
      say('TAP version 13\n1..2\nok 1 maps\n')
      const cause = new DeadlineExceeded('it', 1)
      throw new GuestError('COMMAND_TIMEOUT', 'in the guest, it took too long', { cause })
    },
    // 45 s by a factor of 0.1
    'FAIL: it did not end within 5 s',
  ],
  ['it crashes', async () => ({ exitCode: undefined, signal: 'SEGV' }), 'ERROR: it was ended by SEGV'],
  [
    'the console is silent',
    passes,
    'ERROR: wrote a marker to /dev/kmsg, but it did not reach the serial console within 0.2 s',
    { isSilent: true },
  ],
  [
    'it skips, and the definition does not expect that',
    skips,
    'FAIL: it was skipped: no KVM; the definition of mini does not expect that (expectSkips lacks kvm:one)',
  ],
]

/** Where it is not one boot for each of the two: the instance still answers, or transient trouble is tried once more. */
const bootsOf: Readonly<Record<string, number>> = {
  'the kernel warned while it booted': 1,
  'it skips, and the definition does not expect that': 1,
  'QEMU is killed': 3,
}

for (const [day, program, verdict, faults = {}] of badDays) {
  void test(`a bad day: ${day}`, async (t) => {
    const { verdicts, boots, outcome } = await run({ one: program, two: passes }, { faults })
    t.equal(verdicts[0], `kvm:one ${verdict}`)
    t.equal(verdicts.length, 2)
    t.equal(boots, bootsOf[day] ?? 2)
    t.equal(outcome.exitCode, verdict.startsWith('MISS') ? 69 : 1)
  })
}

const noAnswer = (): Promise<string> => Promise.reject(new ProtocolError('SSH_LOST', 'lost'))

const stuck: FakeTask = { pid: 90, state: 'D', syscall: '16 0x3', stack: ['kvm_gmem_made_up+0x1/0x2'] }

const endless: Program = async () => {
  throw new GuestError('COMMAND_TIMEOUT', 'in the guest, it took too long', { cause: new DeadlineExceeded('it', 1) })
}

void test('a program that does not end: its state is shown, and the memory dumped when dumps are wanted', async (t) => {
  const dumped: string[] = []
  const dump = async (name: string): Promise<string> => {
    dumped.push(name)
    return 'drgn -c it'
  }
  const { events } = await run({ one: endless }, { faults: { ask: async () => procOf(stuck), dump } })
  const finished = events.find((event) => event.type === 'test-finished')
  t.match(finished, {
    diagnostic: {
      message: 'it did not end within 5 s',
      seen: [
        "ssh: the agent's session answers",
        /^process 90: it sleeps \(D\) in kvm_gmem_made_up$/,
        '  kvm_gmem_made_up+0x1/0x2',
      ],
      vmcore: 'drgn -c it',
    },
  })
  t.strictSame(dumped, ['kvm:one'])
})

void test('a program that does not end, and the kernel is dead', async (t) => {
  const silent = { nmi: async () => false, vcpus: async () => [[], []] }
  const { events } = await run({ one: endless }, { faults: { ask: noAnswer, liveness: silent } })
  const finished = events.find((event) => event.type === 'test-finished')
  t.match(finished, { diagnostic: { seen: ['ssh: no session answers', 'NMI: no answer', 'sysrq: no answer'] } })
})

void test('a program that did not end in time and is gone a moment later', async (t) => {
  const { events } = await run({ one: endless }, { faults: { ask: async () => procOf() } })
  const finished = events.find((event) => event.type === 'test-finished')
  t.match(finished, { diagnostic: { seen: [/answers$/, 'no process named one is left'] } })
})

void test('several workers tell the same story as one, each program in an instance of its own', async (t) => {
  const programs = {
    one: passes,
    two: async () => ({ exitCode: 1 }),
    three: async () => delay(20, {}),
    four: skips,
  }
  const error = new BuildError('SELFTEST_BUILD_FAILED', 'it does not compile', { tail: [] })
  const names = Object.keys(programs).map((name) => ({
    target: 'kvm',
    test: name,
    program: '/x',
    timeout: 45,
  }))
  const tests = [...names.slice(0, 2), { target: 'kvm', test: 'bad', error }, ...names.slice(2)]
  for (const jobs of [1, 2, 4]) {
    const { verdicts, boots, outcome } = await run(programs, {
      tests,
      jobs,
      isolation: 'vm',
      expectSkips: ['kvm:four'],
    })
    t.same(verdicts, [
      'kvm:one PASS',
      'kvm:two FAIL: exit code 1',
      'kvm:bad ERROR: it does not compile',
      'kvm:three PASS',
      'kvm:four SKIP: no KVM',
    ])
    t.same([outcome.exitCode, boots], [1, 4])
  }
})

void test('an allowed splat', async (t) => {
  const allow = [{ match: 'WARNING', reason: 'it is known', expires: '2999-12-31' }]
  const { verdicts, events } = await run({ one: warns }, { allow })
  t.same(verdicts, ['kvm:one PASS'])
  t.match(events.at(-2), { allowed: [/it is known/] })
})

void test('a skip that is expected', async (t) => {
  const { verdicts, outcome } = await run({ one: skips }, { expectSkips: ['kvm:one'] })
  t.same(verdicts, ['kvm:one SKIP: no KVM'])
  t.equal(outcome.exitCode, 0)
})

void test('a program that does not compile is one line, and needs no instance', async (t) => {
  const error = new BuildError('SELFTEST_BUILD_FAILED', 'kvm:one does not compile: x.c:1: error: no', {
    tail: ['x.c:1: error: no'],
  })
  const { verdicts, outcome, boots, events } = await run({}, { tests: [{ target: 'kvm', test: 'one', error }] })
  t.same(verdicts, ['kvm:one ERROR: kvm:one does not compile: x.c:1: error: no'])
  t.same([outcome.exitCode, boots], [69, 0])
  t.match(events.at(-2), { diagnostic: { output: ['x.c:1: error: no'] } })
})

for (const [error, verdict, exitCode] of [
  [new ProtocolError('SSH_LOST', 'ssh does not answer'), 'ERROR', 1],
  [new GuestError('COMMAND_TIMEOUT', 'a command took too long'), 'MISS', 1],
  [new DeadlineExceeded('the first command', 1), 'MISS', 69],
  [new BootError('BOOT_TIMEOUT', 'it does not come up'), 'FAIL', 1],
  [new InfraError('QEMU_MISSING', 'there is no QEMU'), 'MISS', 69],
] as const) {
  void test(`no instance comes up: ${verdict}`, async (t) => {
    const { verdicts, outcome, events } = await run(
      { one: passes, two: passes },
      {
        boot: async () => {
          throw error
        },
      },
    )
    t.same(verdicts, [`kvm:one ${verdict}: ${error.message}`])
    t.match(outcome, { exitCode, aborted: error.message, error })
    t.match(events.at(-1), { type: 'run-finished', aborted: error.message })
  })
}

void test('an interruption ends it', async (t) => {
  const stop = new AbortController()
  const { verdicts, outcome } = await run(
    {
      one: async () => {
        stop.abort(new Error('interrupted'))
        throw new ProtocolError('SSH_LOST', 'lost')
      },
      two: passes,
    },
    { signal: stop.signal },
  )
  t.same(verdicts, [])
  t.equal(outcome.aborted, 'interrupted')
})
