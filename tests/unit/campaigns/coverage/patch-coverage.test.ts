import { test } from 'tap'
import { patchCoverage, totalsOf } from '../../../../harness/campaigns/coverage/patch-coverage.ts'
import { textReport } from '../../../../harness/campaigns/coverage/text-report.ts'
import { countsOfAdded, tracefile } from '../../../../harness/campaigns/coverage/tracefile.ts'
import type { AddedLine } from '../../../../harness/kernel/gcov/added-lines.ts'

function line(number: number, text: string, name = 'convert'): AddedLine {
  return { line: number, text, function: name, patch: '0002-two.patch' }
}

const added = new Map([
  [
    'virt/kvm/g.c',
    [line(1, '/* a comment */', ''), line(5, '\tlock();'), line(6, '\treturn -ENOMEM;'), line(9, '\tWARN_ON(1);')],
  ],
  ['arch/x86/kvm/svm/sev.c', [line(3, '\tslot = f();')]],
  ['include/linux/h.h', [line(3, '#define X 1')]],
])
const counts = new Map([
  [
    'virt/kvm/g.c',
    new Map([
      [4, 0],
      [5, 7],
      [6, 0],
      [9, 0],
    ]),
  ],
])
const explanations = [
  { file: 'virt/kvm/g.c', function: 'convert', lines: ['WARN_ON(1);'], reason: 'a bug of the kernel' },
  { file: 'virt/kvm/g.c', function: 'punch', lines: ['return -ENOMEM;'], reason: 'another function' },
]
const found = patchCoverage(added, counts, explanations)

void test('only added lines with code count', async (t) => {
  t.same(
    found.files.map(({ file }) => file),
    ['virt/kvm/g.c'],
  )
  t.same(
    found.files[0]?.ran.map(({ line: number, count }) => [number, count]),
    [[5, 7]],
  )
  t.same(
    found.files[0]?.neverRan.map(({ line: number, reason }) => [number, reason]),
    [
      [6, undefined],
      [9, 'a bug of the kernel'],
    ],
  )
  t.match(totalsOf(found.files), { ran: 1, explained: 1, never: 1 })
})

void test('a C file of which no object counts is told, and a header is not', async (t) => {
  t.same(found.notBuilt, [{ file: 'arch/x86/kvm/svm/sev.c', lines: 1 }])
})

void test('an explanation holds only in its function, and one without a line is told', async (t) => {
  t.same(found.unused, [explanations[1]])
})

void test('without any added line with code, all of them ran', async (t) => {
  t.equal(totalsOf([]).percent, 100)
})

void test('the text has explained lines apart from the others', async (t) => {
  t.same(textReport('mine', found), [
    'mine: 1 of 3 added lines with code ran (33.3 %); explained: 1, never run: 1',
    '  virt/kvm/g.c: 1 of 3 (33.3 %); explained: 1, never run: 1',
    '  arch/x86/kvm/svm/sev.c: not a part of this kernel; 1 added line',
    '',
    'never run:',
    '  virt/kvm/g.c:6: return -ENOMEM;  [0002-two.patch]',
    '',
    'explained:',
    '  virt/kvm/g.c:9: WARN_ON(1);  [0002-two.patch]: a bug of the kernel',
    '',
    'explained, but all of these lines ran or are gone:',
    '  virt/kvm/g.c, punch: return -ENOMEM;',
  ])
})

void test('the tracefile of the added lines has no other line', async (t) => {
  const lines = ['TN:my_kernel', 'SF:virt/kvm/g.c', 'DA:5,7', 'DA:6,0', 'DA:9,0', 'LF:3', 'LH:1', 'end_of_record', '']
  t.equal(tracefile('my-kernel', countsOfAdded(found)), lines.join('\n'))
  t.match(tracefile('k', counts), /DA:4,0\nDA:5,7/)
})
