// A splat that an allowance covers fails no test, and reports show it.
import { test } from 'tap'
import { splatReader, withoutAllowed } from '../../../harness/console/read-splats.ts'
import { goldenLines } from './fixtures/golden.ts'
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

void test('the lines of an allowed splat are no warnings of their own', (t) => {
  const warnings = [
    'WARNING: CPU: 0 PID: 77 at virt/kvm/guest_memfd.c:99 kvm_gmem_get_folio+0x12a/0x340 [kvm]',
    'other',
  ]
  const entry = { match: 'kvm_gmem_get_folio', reason: 'known', expires: '2026-12-31' }
  const before = splatReader([entry], '2026-12-31')(goldenLines('warning'))
  t.match(before, { splats: [], allowed: [{ note: /until 2026-12-31 \(known\)$/ }] })
  t.strictSame(withoutAllowed(warnings, before.allowed), ['other'])
  const after = splatReader([entry], '2027-01-01')(goldenLines('warning'))
  t.match(after, { splats: [{ title: /kvm_gmem_get_folio/ }], allowed: [] })
  t.strictSame(withoutAllowed(warnings, after.allowed), warnings)
  t.end()
})
