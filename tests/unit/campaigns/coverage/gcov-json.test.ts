import { test } from 'tap'
import { countsOf } from '../../../../harness/campaigns/coverage/gcov-json.ts'

function gcov(files: readonly { readonly file: string; readonly lines: readonly object[] }[]): string {
  return JSON.stringify({ gcc_version: '12.2.0', format_version: '1', data_file: 'a.gcda', files })
}

void test('paths are those of the tree, and lines of one inline function add up', async (t) => {
  const text = gcov([
    {
      file: '../arch/x86/kvm/../../../virt/kvm/guest_memfd.c',
      lines: [{ line_number: 3, count: 2, function_name: 'f', branches: [] }],
    },
    {
      file: '../include/linux/fs.h',
      lines: [
        { line_number: 9, count: 1 },
        { line_number: 9, count: 4 },
        { line_number: 10, count: 0 },
      ],
    },
    { file: './arch/x86/include/generated/x.h', lines: [] },
  ])
  const counts = countsOf(text, 'gmemtest-objects')
  t.same(counts.get('virt/kvm/guest_memfd.c'), new Map([[3, 2]]))
  t.same(
    [...(counts.get('include/linux/fs.h') ?? [])],
    [
      [9, 5],
      [10, 0],
    ],
  )
  t.ok(counts.has('gmemtest-objects/arch/x86/include/generated/x.h'))
})

void test('counters that contradict each other give no count below zero or beyond the limit of numbers', async (t) => {
  const lines = [
    { line_number: 1, count: -4 },
    { line_number: 2, count: 1e19 },
  ]
  const counts = countsOf(gcov([{ file: '../a.c', lines }]), 'o').get('a.c')
  t.equal(counts?.get(1), 0)
  t.ok(Number.isSafeInteger(counts?.get(2)))
})

void test('files outside of the tree are left out', async (t) => {
  const lines = [{ line_number: 1, count: 1 }]
  const text = gcov([
    { file: '/usr/lib/gcc/x86_64-linux-gnu/12/include/stdarg.h', lines },
    { file: '../../../../etc/passwd', lines },
  ])
  t.equal(countsOf(text, 'gmemtest-objects').size, 0)
})

for (const [what, text] of [
  ['no JSON', 'profile'],
  ['another form', '{"files": 3}'],
  ['a count that is no number', gcov([{ file: 'a.c', lines: [{ line_number: 1, count: '1' }] }])],
  ['a line without a number', gcov([{ file: 'a.c', lines: [{ count: 1 }] }])],
] as const) {
  void test(`${what} is refused`, async (t) => {
    t.throws(() => countsOf(text, 'o'), { code: 'GCOV_FAILED', hint: /gcov --version/ })
  })
}
