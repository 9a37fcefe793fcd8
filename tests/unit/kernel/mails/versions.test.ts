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

/** Sends mails of a first version on a day of a month. */
function on(mails: readonly string[], day: number): string[] {
  return mails.map((mail) =>
    mail.replace('[PATCH v2', '[PATCH').replace(/^Date: .*$/m, `Date: ${day} Nov 2026 12:00:00 +0000`),
  )
}

void test('two times the same version are told by their dates', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const box = [...on(repository.mails({ version: 2, branch: 'better' }), 9), ...on(repository.mails(), 2)]
  const part = await readBox(box.join(''))
  t.equal(added(part), 'TEN TWENTY THIRTY')
  t.match(part.notices, [/v1 \(2026-11-09\) of 'All of it' is taken \(3 patches\), and not v1 \(2026-11-02\)$/])
})

void test('a newer version of one patch replaces it under another title, or as a series', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const [alone = ''] = repository.mails({ options: ['-1', 'prep'], branch: 'prep' })
  const single = alone.replace('\nFrom: ', '\nMessage-ID: <single@example.org>\nFrom: ')
  const next = (mail: string, prefix: string): string =>
    mail
      .replaceAll(/^(?:In-Reply-To|References|Message-ID): .*\n/gim, '')
      .replace(
        /^Subject: \[[^\]]*\]/m,
        `In-Reply-To: <single@example.org>\nMessage-ID: <next@example.org>\nSubject: ${prefix}`,
      )
  const [, one = '', two = '', three = ''] = repository.mails({ version: 2 })
  for (const [mails, lines, notice] of [
    [[single, next(one, '[PATCH v2]')], 'ten', /\[PATCH\] prep: five' <single@example\.org> is left out/],
    [[next(one, '[PATCH v2 1/3]'), two, three, single], 'ten twenty thirty', /<single@example\.org> .*is left out/],
    [[single, next(two, '[PATCH]')], 'five twenty', /^$/],
  ] as const) {
    const part = await readBox(mails.join(''))
    t.equal(added(part), lines)
    t.match(part.notices.join('\n'), notice)
  }
  await t.rejects(readBox([single, one, two, three].join('')), { code: 'SERIES_SEVERAL' })
})
