// The golden series: each gives the tree that git am makes, or an error that names the mail.
import path from 'node:path'
import { test } from 'tap'
import { goldenSeries, pathPart, SeriesTree } from '../fixtures/series-tree.ts'

void test('golden mails and folders', async (t) => {
  const tree = new SeriesTree(t.testdir())
  const [mails, folders] = [goldenSeries('mails'), goldenSeries('folders')]
  const byName = new Map([...mails, ...folders].map((file) => [path.basename(file), file]))
  const file = (name: string, inside = ''): string => path.join(byName.get(name) ?? '', inside)
  const parts = ['a', 'b', 'c'].map((name) => file('q2', `${name}.patch`))
  const all = tree.am(...parts)
  t.ok(all)

  const wanted = {
    'cover-enc.mbox': all,
    mmq: tree.am(file('mmq', 'all.patch')),
    q2: tree.am(file('q2', 'a.patch'), file('q2', 'c.patch')),
    num: tree.am(...Array.from({ length: 11 }, (_, index) => file('num', `${index + 1}-step.patch`))),
  } as const
  for (const mail of [...mails, ...folders]) {
    const name = path.basename(mail)
    const right = name in wanted ? new Map(Object.entries(wanted)).get(name) : tree.am(mail)
    const found = await tree.gmemtest(pathPart(mail)).catch((error: unknown) => error)
    if (name === 'bom2.mbox') {
      t.match(found, { code: 'PATCH_UNREADABLE', message: /bom2\.mbox' .* byte order mark/ })
      continue
    }
    t.ok(right, `git am reads ${name}`)
    t.equal(found, right, name)
  }
})
