// When the memory of the instance is dumped, and what the diagnostic says about it.
import { test } from 'tap'
import { InfraError } from '../../../../harness/base/errors.ts'
import type { Dump } from '../../../../harness/instance/instance.ts'
import { procOf } from '../../fixtures/run/proc.ts'
import type { FakeOptions, Puppet } from '../../fixtures/run/fake-instance.ts'
import { fine, named, run, type Body } from '../../fixtures/run/run.ts'

const failing: Body = async ({ check }) => check.equal(1, 2, 'the number of pages')

function hangs(more: FakeOptions = {}): FakeOptions {
  return { react: (name) => (name === 'setAffinity' ? 'hang' : undefined), ...more }
}

function dies(how: (puppet: Puppet) => void): FakeOptions {
  return {
    react: (name, puppet) => {
      if (name !== 'setAffinity') return undefined
      how(puppet)
      return 'hang'
    },
  }
}

const cases: readonly (readonly [what: string, body: Body, instance: FakeOptions, isDumped: boolean])[] = [
  ['a hang of the kernel', fine, hangs(), true],
  ['a stopped agent', fine, hangs({ ask: async () => procOf({ pid: 0, state: 'T' }) }), false],
  ['a stopped QEMU', fine, hangs({ liveness: { qemu: async () => ({ kind: 'stopped' }) } }), false],
  ['a panic', fine, dies((puppet) => puppet.die({ kind: 'panic', title: 'x' })), true],
  ['a reset', fine, dies((puppet) => puppet.die({ kind: 'guest-stopped', reason: 'guest-reset' })), true],
  [
    'the end of QEMU',
    fine,
    dies((puppet) => puppet.die({ kind: 'qemu-exited', code: 1, signal: undefined, stderr: '' })),
    false,
  ],
  ['a check that failed', failing, {}, false],
  ['nothing', fine, {}, false],
]

for (const [what, body, instance, isDumped] of cases) {
  void test(`after ${what}: ${isDumped ? 'a' : 'no'} dump`, async (t) => {
    const dumped: string[] = []
    const dump: Dump = async (scenario) => {
      dumped.push(scenario)
      return `crash vmlinux.debug vmcore-${scenario}`
    }
    const { finished } = await run([named('bad', body)], { instances: [{ ...instance, dump }] })
    t.strictSame(dumped, isDumped ? ['bad'] : [])
    t.equal(finished[0]?.diagnostic?.vmcore, isDumped ? 'crash vmlinux.debug vmcore-bad' : undefined)
  })
}

const withoutSpace: Dump = async () => {
  throw new InfraError('NO_SPACE', 'a dump may need 1056 MiB')
}

void test('a dump that fails changes no verdict, and is said', async (t) => {
  const { finished } = await run([named('bad', fine)], { instances: [hangs({ dump: withoutSpace })] })
  t.match(finished, [{ verdict: 'FAIL', diagnostic: { vmcore: 'there is no dump: a dump may need 1056 MiB' } }])
})

void test('no dump is wanted', async (t) => {
  const { finished } = await run([named('bad', fine)], { instances: [hangs()] })
  t.equal(finished[0]?.diagnostic?.vmcore, undefined)
})
