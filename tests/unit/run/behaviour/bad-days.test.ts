// The table of bad days: the verdict on each, and that the next scenario runs all the same.
import { test } from 'tap'
import type { Verdict } from '../../../../harness/report/events.ts'
import { ProtocolError } from '../../../../harness/base/errors.ts'
import { noSpaceLeft } from '../../../../harness/base/free-space.ts'
import type { FakeOptions, Puppet } from '../../fixtures/run/fake-instance.ts'
import { fakePid, procOf } from '../../fixtures/run/proc.ts'
import { fine, named, run, verdicts, type Body } from '../../fixtures/run/run.ts'

interface BadDay {
  readonly day: string
  readonly body: Body
  /** How the first instance behaves. */
  readonly instance?: () => FakeOptions
  readonly verdict: Verdict
  readonly message: RegExp
  /** Whether the instance is lost by more than a failed test, which is told. */
  readonly isLost: boolean
}

function whenAffinity(reaction: (puppet: Puppet) => number | 'hang' | 'die' | 'garbage'): FakeOptions {
  let times = 0
  return {
    react: (name, puppet) => {
      if (name !== 'setAffinity' || ++times > 1) return undefined
      return reaction(puppet)
    },
  }
}

const unanswered = async (): Promise<never> => {
  throw new ProtocolError('SSH_LOST', 'lost')
}

const badDays: readonly BadDay[] = [
  {
    day: 'a check fails',
    body: async ({ check }) => check.equal(1, 2, 'the number of pages'),
    verdict: 'FAIL',
    message: /^the number of pages: wanted 2, found 1$/,
    isLost: false,
  },
  {
    day: 'the scenario has a bug',
    body: async () => {
      throw new TypeError('x is not a function')
    },
    verdict: 'ERROR',
    message: /the test itself is broken: x is not a function/,
    isLost: false,
  },
  {
    day: 'the kernel panics during an operation',
    body: fine,
    instance: () =>
      whenAffinity((puppet) => {
        puppet.say('[    2.0] Kernel panic - not syncing: Fatal exception')
        puppet.die({ kind: 'panic', title: 'Fatal exception' })
        return 'hang'
      }),
    verdict: 'FAIL',
    message: /kernel splat: Kernel panic - not syncing: Fatal exception/,
    isLost: true,
  },
  {
    day: 'the kernel warns and goes on',
    body: fine,
    instance: () =>
      whenAffinity((puppet) => {
        puppet.say('[    2.0] WARNING: CPU: 0 PID: 1 at virt/kvm/guest_memfd.c:1 foo+0x1/0x2')
        return 0
      }),
    verdict: 'FAIL',
    message: /kernel splat: WARNING: CPU: 0/,
    isLost: true,
  },
  {
    day: 'the kernel warns after the last operation',
    body: fine,
    instance: () => ({
      react: (name, puppet) => {
        if (name === 'reset') puppet.say('[    2.0] BUG: Bad page state in process agent')
        return undefined
      },
    }),
    verdict: 'FAIL',
    message: /kernel splat: BUG: Bad page state/,
    isLost: true,
  },
  {
    day: 'the agent dies',
    body: fine,
    instance: () => ({ ...whenAffinity(() => 'die'), ask: async () => procOf() }),
    verdict: 'ERROR',
    message: /the agent died during setAffinity.*; the agent is gone; the kernel is alive$/,
    isLost: true,
  },
  {
    day: 'the agent prints garbage',
    body: fine,
    instance: () => whenAffinity(() => 'garbage'),
    verdict: 'ERROR',
    message: /garbage instead of an answer/,
    isLost: true,
  },
  {
    day: 'the operation never ends',
    body: fine,
    instance: () => whenAffinity(() => 'hang'),
    verdict: 'FAIL',
    message:
      /^bad took longer than 0.5 s; the kernel is alive, and setAffinity\(.*\) is stuck in it: .* in kvm_gmem_made_up/,
    isLost: true,
  },
  {
    day: 'the operation never ends, and neither has the kernel an answer',
    body: fine,
    instance: () => ({
      ...whenAffinity(() => 'hang'),
      ask: unanswered,
      liveness: { nmi: async () => false, vcpus: async () => [[], []] },
    }),
    verdict: 'FAIL',
    message: /^bad took longer than 0.5 s; the kernel is dead: it answers neither to an NMI/,
    isLost: true,
  },
  {
    day: 'the operation never ends, because the agent does not run',
    body: fine,
    instance: () => ({
      ...whenAffinity(() => 'hang'),
      ask: async () => procOf({ pid: fakePid, state: 'T' }),
    }),
    verdict: 'ERROR',
    message: /^bad took longer than 0.5 s; the agent is stopped/,
    isLost: true,
  },
  {
    day: 'the scenario waits for itself',
    body: async () => new Promise(() => undefined),
    instance: () => ({ ask: async () => procOf({ pid: fakePid }) }),
    verdict: 'ERROR',
    message: /^bad took longer than 0.5 s; no operation is under way/,
    isLost: true,
  },
  {
    day: 'the machine dies while it is looked at',
    body: fine,
    instance: () => {
      let last: Puppet | undefined
      return {
        ...whenAffinity((puppet) => {
          last = puppet
          return 'hang'
        }),
        ask: async () => {
          last?.die({ kind: 'panic', title: 'hung_task: blocked tasks' })
          return unanswered()
        },
      }
    },
    verdict: 'FAIL',
    message: /^the kernel panicked: hung_task: blocked tasks$/,
    isLost: true,
  },
  {
    day: 'the disk of the console is full',
    body: fine,
    instance: () =>
      whenAffinity((puppet) => {
        puppet.die({ kind: 'console-full', error: noSpaceLeft('/results') })
        return 'hang'
      }),
    verdict: 'MISS',
    message: /^no space left in \/results$/,
    isLost: true,
  },
  {
    day: 'the guest restarts without a word',
    body: fine,
    instance: () =>
      whenAffinity((puppet) => {
        puppet.die({ kind: 'guest-stopped', reason: 'guest-reset' })
        return 'hang'
      }),
    verdict: 'FAIL',
    message: /reset itself silently/,
    isLost: true,
  },
  {
    day: 'the kernel prints more than gmemtest can read',
    body: fine,
    instance: () =>
      whenAffinity((puppet) => {
        const megabyte = Buffer.from(`${'x'.repeat(127)}\n`.repeat(2 ** 13))
        for (let count = 0; count < 160; count += 1) puppet.console.write(megabyte)
        return 0
      }),
    verdict: 'ERROR',
    message: /^\d+ lines of the console were lost before gmemtest read them/,
    isLost: true,
  },
  {
    day: 'the console is dead',
    body: fine,
    instance: () => ({ echo: false }),
    verdict: 'ERROR',
    message: /did not reach the serial console within/,
    isLost: true,
  },
]

for (const { day, body, instance, verdict, message, isLost } of badDays) {
  void test(`${day}: ${verdict}, and the next scenario runs`, async (t) => {
    const result = await run([named('bad', body), named('good', fine)], {
      instances: [instance?.() ?? {}, {}],
    })
    t.strictSame(verdicts(result), [verdict, 'PASS'])
    const [bad] = result.finished
    t.match(bad?.diagnostic?.message, message)
    t.match(bad?.diagnostic, { rules: ['S-A1'], again: './gmemtest run bad' })
    t.equal(result.boots, 2)
    t.equal(result.events.filter((event) => event.type === 'vm-lost').length, isLost ? 1 : 0)
    t.ok(
      result.puppets.every((puppet) => puppet.disposed()),
      'no machine is left',
    )
    t.equal(result.outcome.exitCode, verdict === 'MISS' ? 69 : 1)
  })
}
