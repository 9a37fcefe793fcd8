// The last operation of a diagnostic is the one that the agent executed when the trouble came, whatever the trouble was.
import { test } from 'tap'
import type { FakeOptions, Puppet } from '../../fixtures/run/fake-instance.ts'
import { named, run, type Body } from '../../fixtures/run/run.ts'

const panic = { kind: 'panic', title: 'Fatal exception' } as const

/** An instance in which something happens during the operation on CPUs 0x2. */
function duringSecond(happens: (puppet: Puppet) => 'hang' | 'die' | 'garbage'): FakeOptions {
  return {
    react: (name, puppet, body) =>
      name === 'setAffinity' && body.readBigUInt64LE(0) === 2n ? happens(puppet) : undefined,
  }
}

function duringReset(happens: (puppet: Puppet) => void): FakeOptions {
  let times = 0
  return {
    react: (name, puppet) => {
      // The first one comes before any test.
      if (name !== 'reset' || ++times > 1) return undefined
      happens(puppet)
      return 'hang'
    },
  }
}

const oneAfterTheOther: Body = async ({ agent }) => {
  await agent.setAffinity(1)
  await agent.setAffinity(2)
  await agent.setAffinity(4)
}

const allAtOnce: Body = async ({ agent }) => {
  await Promise.all([1, 2, 4].map(async (cpus) => agent.setAffinity(cpus)))
}

const aborting: Body = async ({ agent }) => {
  await agent.setAffinity(1)
  void agent.setAffinity(2).catch(() => undefined)
  throw new TypeError('the test itself is broken')
}

const first = 'setAffinity(cpus 0x1) = OK'
const second = 'setAffinity(cpus 0x2) = no answer'

const cases: readonly (readonly [what: string, body: Body, instance: FakeOptions, last: readonly string[]])[] = [
  ['a panic, and QEMU ends', oneAfterTheOther, duringSecond((puppet) => (puppet.die(panic), 'hang')), [first, second]],
  [
    'a panic, and QEMU stays for a dump',
    oneAfterTheOther,
    duringSecond((puppet) => (puppet.pause(panic), 'hang')),
    [first, second],
  ],
  [
    'a panic while other operations wait for their turn',
    allAtOnce,
    duringSecond((puppet) => (puppet.die(panic), 'hang')),
    [first, second],
  ],
  ['the same, and QEMU stays', allAtOnce, duringSecond((puppet) => (puppet.pause(panic), 'hang')), [first, second]],
  ['the deadline of the test', oneAfterTheOther, duringSecond(() => 'hang'), [first, second]],
  ['the death of the agent', allAtOnce, duringSecond(() => 'die'), [first, second]],
  ['garbage instead of an answer', oneAfterTheOther, duringSecond(() => 'garbage'), [first, second]],
  [
    'an error of the test while the agent works',
    aborting,
    duringSecond((puppet) => (puppet.pause(panic), 'hang')),
    [first, second],
  ],
  [
    'a panic in the clean-up',
    async ({ agent }) => void (await agent.setAffinity(1)),
    duringReset((puppet) => puppet.pause(panic)),
    [first, 'reset() = no answer'],
  ],
]

for (const [what, body, instance, last] of cases) {
  void test(what, async (t) => {
    const { finished } = await run([named('bad', body)], { instances: [instance] })
    t.strictSame(finished[0]?.diagnostic?.operations.slice(-last.length), last)
  })
}
