import { test } from 'tap'
import { changesOf } from '../../../../harness/kernel/mails/changes.ts'
import { added, BoxRepository, readBox } from '../fixtures/boxes.ts'

void test('copies of each mail from lists with another header, prefix and footer', async (t) => {
  const v1 = new BoxRepository(t.testdir()).mails()
  const [cover = '', one = '', ...rest] = v1
  const footer = '_______________________________________________\nlist mailing list\n'
  const boxes = {
    copies: [
      ...v1.map((mail) => `${mail.trimEnd()}\n${footer}\n`),
      ...v1,
      ...v1.map((mail) => mail.replace('Subject: ', 'List-Id: <kvm>\nSubject: [kvm] ')),
    ],
    'a copy that is cut off': [cover, one.slice(0, one.indexOf('+ten')), one, ...rest],
  }
  for (const [what, mails] of Object.entries(boxes)) {
    const part = await readBox(mails.join(''))
    t.strictSame([added(part), ...part.notices], ['ten twenty thirty'], what)
  }
})

void test('the text behind a diff does not count, and all of the diff does', (t) => {
  const hunk = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n'
  const mode = 'diff --git a/x b/x\nold mode 100644\nnew mode 100755\n'
  const rename = 'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\n'
  for (const diff of [hunk, mode, rename, `${mode}${hunk}`, `${hunk}${rename}`]) {
    for (const end of ['-- \n2.39.5\n', '-- \n2.39.5\n\n____\nA list\n', '--\nmutt\n'])
      t.equal(changesOf(`${diff}${end}`), changesOf(diff), `${diff}${end}`)
    t.not(changesOf(diff), changesOf(diff.replaceAll(/\+b|100755|x\n/g, 'c\n')), diff)
  }
  t.equal(changesOf(`${hunk}\nSent with a program\n`), changesOf(hunk))
  t.not(changesOf(mode), changesOf(mode.replace('100755', '100600')))
  t.end()
})
