// Names of selftests.
import { test } from 'tap'
import { UsageError } from '../../../../harness/base/errors.ts'
import { fullName, isSelftestName, selftestName } from '../../../../harness/kernel/definition/selftest-name.ts'

void test('TARGET:TEST', (t) => {
  t.same(selftestName('kvm:guest_memfd_test'), { target: 'kvm', test: 'guest_memfd_test' })
  t.same(selftestName('net/forwarding:a.b'), { target: 'net/forwarding', test: 'a.b' })
  t.equal(fullName({ target: 'kvm', test: 'x' }), 'kvm:x')
  t.notOk(isSelftestName('gup-test'))
  for (const [text, hint] of [
    ['guest_memfd_test', /try 'kvm:guest_memfd_test'/],
    ['kvm', /kvm:TEST; gmemtest kselftest --list kvm /],
    ['no such', /such as/],
    ['kvm:', /such as/],
    ['../kvm:x', /such as/],
    ['kvm:../x', /such as/],
  ] as const) {
    try {
      selftestName(text)
      t.fail(text)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      t.match(error.hint, hint, text)
    }
  }
  t.end()
})
