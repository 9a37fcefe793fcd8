import { test } from 'tap'
import { parseExplanations, readExplanations } from '../../../../harness/campaigns/coverage/explanations.ts'

const text = `
- file: virt/kvm/g.c
  function: convert
  lines:
    - return -ENOMEM;
  reason: the allocation cannot fail
`

void test('the explanations of all folders of a series are read', async (t) => {
  const directory = t.testdir({ one: { 'uncovered.yaml': text }, two: {} })
  const part = (name: string): { kind: 'path'; name: string; path: string } => ({
    kind: 'path',
    name,
    path: `${directory}/${name}`,
  })
  const found = await readExplanations({ series: [part('one'), part('two')] })
  t.same(found, [
    { file: 'virt/kvm/g.c', function: 'convert', lines: ['return -ENOMEM;'], reason: 'the allocation cannot fail' },
  ])
})

for (const [what, wrong] of [
  ['no reason', text.replace(/ {2}reason.*\n/, '')],
  ['no line', text.replace('\n    - return -ENOMEM;', ' []')],
  ['an unknown key', `${text}  owner: me\n`],
  ['no list', 'file: a.c\n'],
] as const) {
  void test(`${what} is a mistake with its place`, async (t) => {
    t.throws(() => parseExplanations('/x/uncovered.yaml', wrong), {
      code: 'EXPLANATIONS_INVALID',
      message: /uncovered\.yaml:\d+:\d+/,
    })
  })
}
