import { test } from 'tap'
import { explain, kernelName, type NamedPatch } from '../../../../harness/campaigns/bisect/explain-finding.ts'
import type { Finding } from '../../../../harness/campaigns/bisect/find-patch.ts'
import type { Step } from '../../../../harness/campaigns/bisect/tried-kernel.ts'

const patches: readonly NamedPatch[] = ['a', 'b', 'c', 'd'].map((name) => ({ name: `${name}.patch`, subject: name }))
const ends = { good: 1, bad: 4 }
const steps: readonly Step[] = [
  { applied: 4, mark: 'bad', message: 'wanted 1' },
  { applied: 1, mark: 'skip', message: 'no ioctl' },
]

function text(finding: Finding, earlier?: string): string {
  const found = explain(finding, ends, steps, { patches, earlier })
  return found === undefined ? '' : `${found.message} | ${found.hint}`
}

void test('a kernel is named by its last patch', async (t) => {
  t.equal(kernelName(3, { patches }), '3 of 4 patches (up to c.patch)')
  t.equal(kernelName(0, { patches }), '0 of 4 patches')
})

void test('each end of a search without one patch says what it means and what to do', async (t) => {
  t.equal(text({ kind: 'found', patch: 2 }), '')
  t.match(text({ kind: 'among', patches: [2, 3] }), /one of b\.patch, c\.patch: the kernels between them/)
  t.match(text({ kind: 'swapped' }), /good and bad are swapped: .*1 of 4.* is bad.*4 of 4.* is good/)
  t.match(text({ kind: 'not-reproduced' }), /does not reproduce.* \| .*--runs 1000, or a command of --exec that tries/)
  t.match(text({ kind: 'good-is-bad' }), /no kernel from 1 of 4.* on is good.* \| name an earlier state as --good/)
  t.match(text({ kind: 'end-skipped', applied: 1 }), /no result: no ioctl \| name another --good/)
  t.match(text({ kind: 'end-skipped', applied: 4 }), / \| name another --bad/)
})

void test('between two versions, each kernel and each next step names both', async (t) => {
  t.equal(kernelName(2, { patches, earlier: 'v8.mbox' }), '2 of 4 patches (up to b.patch) and the rest of v8.mbox')
  t.equal(kernelName(4, { patches, earlier: 'v8.mbox' }), '4 of 4 patches (up to d.patch)')
  t.match(text({ kind: 'swapped' }, 'v8'), / \| exchange the two versions of the series$/)
  t.match(text({ kind: 'good-is-bad' }, 'v8'), / \| both versions have the bug: name a version without it/)
  t.match(text({ kind: 'end-skipped', applied: 1 }, 'v8'), / \| name another --good-series: /)
  t.match(text({ kind: 'end-skipped', applied: 4 }, 'v8'), / \| name another --kernel: /)
})
