// What a kernel may complain about fails nothing, and is seen all the same.
import { test } from 'tap'
import { findSplats } from '../../../harness/console/find-splats.ts'
import { withoutAllowed } from '../../../harness/judge/without-allowed.ts'
import { goldenLines } from '../console/fixtures/golden.ts'
import { fine, named, run, verdicts } from '../fixtures/run/run.ts'

const allow = [{ match: '^WARNING in foo$', reason: 'known', expires: '2999-01-31' }]
const warning = '[    2.000000] WARNING: CPU: 0 PID: 1 at virt/kvm/guest_memfd.c:1 foo+0x1/0x2'
const told = ['WARNING in foo: allowed until 2999-01-31 (known)']

void test('in a scenario and in the boot before it', async (t) => {
  const { outcome, finished, boots } = await run([named('a', fine), named('b', fine)], {
    allow,
    instances: [
      {
        react: (name, puppet) => {
          if (name === 'setAffinity') puppet.say(warning)
          return undefined
        },
      },
    ],
    onBoot: (puppet) => puppet.say(warning),
  })
  t.equal(outcome.exitCode, 0)
  t.match(finished, [
    { name: 'a', verdict: 'PASS', allowed: [...told, ...told] },
    { name: 'b', verdict: 'PASS', allowed: told },
  ])
  t.equal(boots, 1, 'the machine may be used again')
})

void test('another complaint counts, and so does one whose time is over', async (t) => {
  const complains = {
    react: (name: string, puppet: { say(line: string): void }) => {
      if (name === 'setAffinity') puppet.say(warning.replace('foo', 'bar'))
      return undefined
    },
  }
  t.strictSame(verdicts(await run([named('a', fine)], { allow, instances: [complains] })), ['FAIL'])
  const expired = [{ match: 'WARNING in bar', reason: 'known', expires: '2026-01-31' }]
  t.strictSame(verdicts(await run([named('a', fine)], { allow: expired, instances: [complains] })), ['FAIL'])
})

void test('the lines of its report are no warnings of their own', (t) => {
  const splats = findSplats(goldenLines('warning'))
  const warnings = [
    'WARNING: CPU: 0 PID: 77 at virt/kvm/guest_memfd.c:99 kvm_gmem_get_folio+0x12a/0x340 [kvm]',
    'other',
  ]
  const entry = { match: 'kvm_gmem_get_folio', reason: 'known', expires: '2026-12-31' }
  t.match(withoutAllowed({ splats, earlierSplats: [], warnings }, [entry], '2026-12-31'), {
    splats: [],
    warnings: ['other'],
  })
  t.match(withoutAllowed({ splats, earlierSplats: [], warnings }, [entry], '2027-01-01'), {
    splats,
    warnings,
    allowed: [],
  })
  t.end()
})
