// The coverage of two scenarios on a real kernel that counts: lines, tests, tracefiles.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { gmemtest } from '../vm/fixtures/command.ts'

const scenarios = ['contents-survive-conversion', 'refused-arguments-are-not-written'] as const

void test('lines that ran have their tests, and lines that did not are told with their patch', async (t) => {
  const results = path.join(t.testdir(), 'results')
  const { exitCode, stdout, stderr } = await gmemtest('coverage', '--output', results, ...scenarios).ended
  t.equal(exitCode, 0, stderr)
  t.match(stdout, /^gmem-convert\+gcov: \d+ of \d+ added lines with code ran/)
  t.match(stdout, /^never run:\n {2}\S+:\d+: .* {2}\[00\d\d-.*\.patch\]$/m)
  t.match(stdout, /^ {2}arch\/x86\/kvm\/svm\/sev\.c: not a part of this kernel/m)

  const coverage = path.join(results, 'coverage')
  t.equal(await readFile(path.join(coverage, 'report.txt'), 'utf8'), stdout)
  const source = (await readFile(path.join(coverage, 'sources/virt/kvm/guest_memfd.c'), 'utf8')).split('\n')
  const conversion = source.findIndex((line) => line.includes('case KVM_GMEM_CONVERT_SHARED')) + 2
  t.ok(conversion > 1)
  const line = `virt/kvm/guest_memfd.c:${conversion}`
  const reached = await gmemtest('coverage', '--line', line, '--results', results).ended
  t.equal(reached.exitCode, 0, reached.stderr)
  t.match(reached.stdout, /^contents-survive-conversion$/m)
  t.notMatch(reached.stdout, /refused-arguments/, 'a test that was skipped reaches nothing')

  const traced = await readFile(path.join(coverage, 'added.info'), 'utf8')
  t.match(traced, new RegExp(`^SF:virt/kvm/guest_memfd\\.c\\n(DA:.*\\n)*DA:${conversion},[1-9]`, 'm'))
})
