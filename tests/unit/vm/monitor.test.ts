// The reason of a death, from console, QMP and the exit of QEMU.
import { test } from 'tap'
import type { ChildExit } from '../../../harness/process/child.ts'
import { noSpaceLeft } from '../../../harness/base/free-space.ts'
import { ConsoleWriter } from '../../../harness/vm/console.ts'
import { watch } from '../../../harness/vm/monitor.ts'
import { describeDeath } from '../../../harness/vm/vm.ts'

const cleanExit: ChildExit = { code: 0, signal: undefined, stderr: '', missing: false }

function instance(lastWords = 5000, isKept = false) {
  const exited = Promise.withResolvers<ChildExit>()
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  const console = new ConsoleWriter()
  let unread = ''
  const monitor = watch({
    child: { exited: exited.promise, kill: () => exited.resolve({ ...cleanExit, signal: 'SIGKILL' }) },
    console,
    tail: {
      broken: broken.promise,
      async catchUp() {
        console.write(Buffer.from(unread))
      },
      async finish() {
        console.write(Buffer.from(unread))
      },
    },
    isKept,
    lastWords,
  })
  return {
    monitor,
    exit: (exit: Partial<ChildExit> = {}) => exited.resolve({ ...cleanExit, ...exit }),
    say: (text: string) => console.write(Buffer.from(text)),
    leaveUnread: (text: string) => void (unread = text),
    breakConsole: (error: Error = new Error('EIO')) => broken.reject(error),
  }
}

const panicText = '[    1.0] Kernel panic - not syncing: Fatal exception in interrupt\n'

void test('a panic, even if it is read only after the end of QEMU', async (t) => {
  for (const late of [false, true]) {
    const { monitor, say, leaveUnread, exit } = instance()
    if (late) leaveUnread(panicText)
    else say(panicText)
    monitor.onEvent({ name: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } })
    exit()
    t.same(await monitor.died, { kind: 'panic', title: 'Fatal exception in interrupt' })
  }
})

void test('QEMU is killed after a panic that does not end it', async (t) => {
  const { monitor, say } = instance(10)
  say(panicText)
  t.match(await monitor.died, { kind: 'panic' })
})

void test('a kernel that died in a QEMU that stays', async (t) => {
  const reset = { name: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } }
  const panicked = instance(5000, true)
  panicked.leaveUnread(panicText)
  panicked.monitor.onEvent(reset)
  t.same(await panicked.monitor.died, { kind: 'panic', title: 'Fatal exception in interrupt' })

  const endless = instance(10, true)
  endless.say(panicText)
  t.match(await endless.monitor.died, { kind: 'panic' }, 'a panic that does not end by itself')

  const { monitor } = instance(5000, true)
  monitor.onEvent(reset)
  t.same(await monitor.died, { kind: 'guest-stopped', reason: 'guest-reset' })
})

void test('a silent reset, and a power-off', async (t) => {
  for (const reason of ['guest-reset', 'guest-shutdown']) {
    const { monitor, exit } = instance()
    monitor.onEvent({ name: 'SHUTDOWN', data: { guest: true, reason } })
    exit()
    t.same(await monitor.died, { kind: 'guest-stopped', reason })
  }
})

void test('QEMU killed, and QEMU that failed', async (t) => {
  for (const how of [
    { signal: 'SIGKILL', code: undefined },
    { code: 1, stderr: 'no memory' },
  ]) {
    const { monitor, exit } = instance()
    exit(how)
    t.match(await monitor.died, { kind: 'qemu-exited', ...how })
  }
})

void test('an unreadable console ends the instance', async (t) => {
  const { monitor, breakConsole } = instance()
  breakConsole()
  t.same(await monitor.died, { kind: 'console-ended' })
})

void test('a console on a full disk ends the instance and names the disk', async (t) => {
  const { monitor, breakConsole } = instance()
  const error = noSpaceLeft('/results')
  breakConsole(error)
  const death = await monitor.died
  t.same(death, { kind: 'console-full', error })
  t.equal(describeDeath(death), 'no space left in /results')
})

void test('an end by the harness is no failure', async (t) => {
  const { monitor, exit } = instance()
  monitor.closing()
  exit({ signal: 'SIGKILL' })
  t.same(await monitor.died, { kind: 'closed' })
})

void test('every death has a description', (t) => {
  t.match(describeDeath({ kind: 'panic', title: 'oops' }), /panicked: oops/)
  t.match(describeDeath({ kind: 'guest-stopped', reason: 'guest-reset' }), /triple fault/)
  t.match(describeDeath({ kind: 'guest-stopped', reason: 'guest-shutdown' }), /guest-shutdown/)
  t.match(describeDeath({ kind: 'qemu-exited', code: undefined, signal: 'SIGKILL', stderr: '' }), /ended by SIGKILL$/)
  t.match(describeDeath({ kind: 'qemu-exited', code: 1, signal: undefined, stderr: 'why' }), /exit code 1: why$/)
  t.match(describeDeath({ kind: 'console-ended' }), /console/)
  t.match(describeDeath({ kind: 'closed' }), /closed/)
  t.end()
})
