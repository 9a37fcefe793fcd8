import { test } from 'tap'
import { added, BoxRepository, readBox, reply } from '../fixtures/boxes.ts'

void test('an answer without Re: is no version of its own', async (t) => {
  const v1 = new BoxRepository(t.testdir()).mails()
  const [cover = '', , two = ''] = v1
  const answers = [reply(cover, 'Applied.\n'), reply(two, 'Good.\n'), reply(two, '> +twenty\n\nNo.\n')]
  const mails = [...answers.map((mail) => mail.replace('Subject: Re: ', 'Subject: ')), ...v1]
  const part = await readBox(mails.join(''))
  t.equal(added(part), 'ten twenty thirty')
  t.equal(part.series.messageIds.length, v1.length)
  t.match(part.notices, ['m.mbox: 2 other mails of the thread left out'])
})

void test('two times the same version are told by their dates', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const on = (mails: readonly string[], day: number): string[] =>
    mails.map((mail) =>
      mail.replace('[PATCH v2', '[PATCH').replace(/^Date: .*$/m, `Date: ${day} Nov 2026 12:00:00 +0000`),
    )
  const box = [...on(repository.mails({ version: 2, branch: 'better' }), 9), ...on(repository.mails(), 2)]
  const part = await readBox(box.join(''))
  t.equal(added(part), 'TEN TWENTY THIRTY')
  t.match(part.notices, [/v1 \(2026-11-09\) of 'All of it' is taken \(3 patches\), and not v1 \(2026-11-02\)$/])
})
