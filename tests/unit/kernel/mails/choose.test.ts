// Boxes of mails: what is taken out of them, and which are refused.
import { test } from 'tap'
import { added, BoxRepository, encode, flow, readBox, reply } from '../fixtures/boxes.ts'

const wanted = 'ten twenty thirty'
const newer = 'TEN TWENTY THIRTY'

const crlf = (mail: string): string => mail.replaceAll('\n', '\r\n')
const stuffed = (line: string): string => (/^(?: |From |>)/.test(line) ? ` ${line}` : line)
const trimmed = (line: string): string => stuffed(line).replace(/^ +$/, '')
const idOf = (mail = ''): string => /^Message-ID: <(.*)>$/im.exec(mail)?.[1] ?? ''

void test('a series is taken out of all that an archive puts around it', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const v1 = repository.mails()
  const v2 = repository.mails({ version: 2, branch: 'better' })
  const [cover = '', one = '', two = '', three = ''] = v1
  const [cover2 = '', first2 = '', second2 = '', third2 = ''] = v2
  const deep = repository.mails({ options: ['--thread=deep', '--cover-letter'] })
  const bare = repository.mails({ options: [] })
  const resend = v1.map((mail) => mail.replace('[PATCH', '[PATCH RESEND').replaceAll('@v1', '@resend'))
  const rfc = v1.map((mail) =>
    mail
      .replace('[PATCH', '[RFC PATCH v2')
      .replaceAll('@v1', '@rfc')
      .replace(/^Date: .*$/m, 'Date: Mon, 1 Jun 2026 12:00:00 +0000'),
  )
  const fixup = reply(two, two.slice(two.indexOf('diff --git')).replaceAll('twenty', 'wrong'))
  const loose = reply(two, two.slice(two.indexOf('diff --git')).replaceAll('twenty', 'wrong')).replace(
    'Subject: Re: [PATCH 2/3]',
    'Subject: [PATCH]',
  )
  const boxes: Readonly<Record<string, readonly [box: string | readonly string[], lines: string, notice?: RegExp]>> = {
    'as git sends it': [v1, wanted],
    'without a cover letter': [[one, two, three], wanted],
    'out of order': [[three, cover, one, two], wanted],
    'out of order, no threads': [bare.toReversed(), wanted],
    'out of order, in a deep thread': [deep.toReversed(), wanted],
    'a deep thread without its cover letter': [deep.slice(1).toReversed(), wanted],
    'with answers': [
      [cover, reply(cover), one, reply(one), two, three, reply(two)],
      wanted,
      /3 other mails of the thread left out/,
    ],
    'an answer with a patch in it': [[...v1, fixup], wanted, /the patch 'm\.mbox\[5\]: Re: .*left out/],
    'a patch without a number in the thread': [[...v1, loose], wanted, /the patch 'm\.mbox\[5\]: \[PATCH\].*left out/],
    'each mail twice': [[...v1, ...v1], wanted],
    'two versions': [[...v1, ...v2], newer, /v2 of 'All of it' is taken \(3 patches\), and not v1/],
    'two versions, the newer one first': [[...v2, ...v1], newer],
    'two versions, mixed and out of order': [[third2, one, cover2, three, second2, two, first2, cover], newer],
    'the newer version answers the older one': [
      [...v1, cover2.replace('\n\n', '\nIn-Reply-To: <x@v1.series.example.org>\n\n'), first2, second2, third2],
      newer,
    ],
    'a newer version without a patch': [[...v1, cover2, first2, third2], wanted, /v2 lacks 2\/3, so v1 is taken/],
    'a newer version of which only the cover letter is there': [[...v1, cover2], wanted],
    'two versions of one second, with the same Message-IDs': [
      [...v1, ...v2].map((mail) =>
        mail.replaceAll(/<[^<>\s]+@v\d[^<>]*>/g, (id) => (id.startsWith('<cover') ? '<cover.1@example.org>' : id)),
      ),
      newer,
      /v2 of/,
    ],
    'a resend': [[...v1, ...resend], wanted, /RESEND v1 of .* is taken/],
    'one patch sent again, whole': [
      [
        cover,
        one,
        two.replace(/^-20$/m, '-2O'),
        three,
        two.replace('[PATCH 2/3]', '[PATCH RESEND 2/3]').replace(/^Message-Id: <(.*)>$/im, 'Message-ID: <again-$1>'),
      ],
      wanted,
    ],
    'an RFC with a higher number, and then the first version': [[...rfc, ...v1], wanted],
    'the last patch is an RFC': [[cover, one, two, three.replace('[PATCH 3/3]', '[RFC PATCH 3/3]')], wanted],
    'one more patch than there are': [
      [
        ...v1,
        repository
          .mails({ branch: 'other', options: ['-1'] })
          .join('')
          .replace('[PATCH]', '[PATCH 4/3]'),
      ],
      `${wanted} sixty`,
    ],
    'subjects of another form': [
      v1.map((mail) => mail.replace(/\[PATCH (\d)\/3\]/, '[kvm] [PATCHv3 net-next $1 of 3]')),
      wanted,
    ],
    'subjects with the version of a kernel': [v1.map((mail) => mail.replace('[PATCH', '[PATCH v6.12')), wanted],
    'subjects that are encoded': [
      v1.map((mail) =>
        mail.replace(
          /^Subject: (.*)$/m,
          (_, subject: string) => `Subject: =?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`,
        ),
      ),
      wanted,
    ],
    'subjects in charsets that git does not decode, each split inside of a character': [
      (['iso-8859-1', 'utf-16be', 'gb2312'] as const).flatMap((charset, index) => {
        const [, subject = ''] = /^Subject: (.*)$/m.exec(v1[index + 1] ?? '') ?? []
        const wide = Buffer.from(`${subject} öö`, 'utf16le').swap16()
        const bytes = {
          'utf-16be': wide,
          'iso-8859-1': Buffer.from(`${subject} öö`, 'latin1'),
          gb2312: Buffer.concat([Buffer.from(subject), Buffer.from([0xc4, 0xe3])]),
        }[charset]
        const words = [bytes.subarray(0, -1), bytes.subarray(-1)].map(
          (part) => `=?${charset}?B?${part.toString('base64')}?=`,
        )
        return v1[index + 1]?.replace(/^Subject: .*$/m, `Subject: ${words.join('\n ')}`) ?? ''
      }),
      wanted,
    ],
    'subjects in the text of the mails': [
      v1.map((mail) => mail.replace('\n\n', '\n\nFrom: Other <o@example.org>\nSubject: [PATCH] inner\n\n')),
      wanted,
    ],
    'quoted-printable': [v1.map((mail) => encode(mail, 'quoted-printable')), wanted],
    base64: [v1.map((mail) => encode(mail, 'base64')), wanted],
    'base64 with CR LF in it': [v1.map((mail) => encode(mail, 'base64', '\r\n')), wanted],
    'CR LF': [v1.map((mail) => crlf(mail)), wanted],
    'CR LF, quoted-printable': [v1.map((mail) => crlf(encode(mail, 'quoted-printable'))), wanted],
    'format=flowed': [v1.map((mail) => flow(mail, trimmed)), wanted],
    'format=flowed, blank lines not trimmed': [v1.map((mail) => flow(mail, stuffed)), wanted],
    'format=flowed in the header alone': [v1.map((mail) => flow(mail, (line) => line)), wanted],
    'escaped From lines': [
      v1.map((mail) => mail.replace('\n---\n', '\n\n>From user space it is seen.\n>>From\n---\n')),
      wanted,
    ],
    'scissors, and a new subject behind them': [
      [one, two, three].map((mail) =>
        mail.replace('\n\n', '\n\nHello, once more.\n\n-- >8 --\nSubject: [PATCH v9] other\n\n'),
      ),
      wanted,
    ],
    'the separators of public-inbox': [
      v1.map((mail) => mail.replace(/^From [^\n]*/, 'From mboxrd@z Thu Jan  1 00:00:00 1970')),
      wanted,
    ],
    'a charset that git does not know': [
      v1.map((mail) =>
        mail.replace(
          '\n\n',
          '\nMIME-Version: 1.0\nContent-Type: text/plain; charset=x-none\nContent-Transfer-Encoding: 8bit\n\nZoë.\n',
        ),
      ),
      wanted,
    ],
    'git format-patch --attach': [repository.mails({ options: ['--attach'] }), wanted],
    'git format-patch --inline': [repository.mails({ options: ['--inline', '--thread'] }), wanted],
    'another title, and other titles of the patches': [
      [
        ...v1,
        ...v2.map((mail) =>
          mail.replace('All of it', 'All of it, at last').replaceAll(/: (ten|twenty|thirty)$/gm, ': better $1'),
        ),
      ],
      newer,
    ],
    'a link to the older version': [
      [
        ...v1,
        cover2
          .replace('All of it', 'Quite different')
          .replace('\n-- \n', `\nv1: https://lore.kernel.org/r/${idOf(cover)}\n-- \n`),
        first2,
        second2,
        third2,
      ].map((mail) => mail.replace('a: ten', 'a: 10')),
      newer,
    ],
    'latin1 names': [v1.map((mail) => mail.replace('From: A <', 'From: =?iso-8859-1?q?J=F6rg?= <')), wanted],
    'an interdiff in the cover letter': [
      [cover.replace('\n-- \n', `\n${two.slice(two.indexOf('diff --git'))}\n-- \n`), one, two, three],
      wanted,
    ],
    'the last answer is cut off': [[...v1, reply(one).slice(0, 150)], wanted],
  }
  for (const [what, [mails, lines, notice]] of Object.entries(boxes)) {
    const part = await readBox(typeof mails === 'string' ? mails : mails.join('')).catch((error: unknown) => ({
      error,
    }))
    t.equal('error' in part ? String(part.error) : added(part), lines, what)
    if (notice !== undefined && !('error' in part)) t.match(part.notices.join('\n'), notice, what)
  }
})

void test('a box that does not say what to take is refused', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const v1 = repository.mails()
  const [cover = '', one = '', two = '', three = ''] = v1
  const other = repository.mails({ branch: 'other', title: 'Quite another one' })
  const single = repository.mails({ branch: 'other', options: ['-1', '--thread'] })
  const whole = v1.join('')
  const cut = (share: number): string => whole.slice(0, Math.floor(whole.length * share))
  const ends = { second: whole.indexOf(three) }
  const boxes: Readonly<Record<string, readonly [box: string, code: string, message: RegExp]>> = {
    'a patch is missing': [cover + one + three, 'SERIES_INCOMPLETE', /v1 of 'All of it' lacks 2\/3/],
    'the last two are missing': [cover + one, 'SERIES_INCOMPLETE', /lacks 2\/3, 3\/3/],
    'the first patch alone': [one, 'SERIES_INCOMPLETE', /lacks 2\/3, 3\/3/],
    'cut off between two mails': [whole.slice(0, ends.second), 'SERIES_INCOMPLETE', /lacks 3\/3/],
    'cut off in the header of the last mail': [whole.slice(0, ends.second + 60), 'SERIES_INCOMPLETE', /lacks 3\/3/],
    'cut off behind the header of the last mail': [
      whole.slice(0, ends.second + three.indexOf('\n\n')),
      'PATCH_UNREADABLE',
      /3\/3.*cut off/,
    ],
    'cut off in the last hunk': [
      whole.slice(0, ends.second + three.indexOf('+thirty')),
      'PATCH_UNREADABLE',
      /3\/3.*(?:lacks|cut off)/,
    ],
    'cut off in the last line of the last hunk': [
      whole.slice(0, ends.second + three.lastIndexOf(' 33\n') + 2),
      'PATCH_UNREADABLE',
      /3\/3.*cut off/,
    ],
    'half of it': [cut(0.5), 'SERIES_INCOMPLETE', /lacks/],
    'two series': [whole + other.join(''), 'SERIES_SEVERAL', /m\.mbox has 2 series/],
    'two series of one length, without threads': [
      repository.mails({ options: [] }).join('') +
        repository
          .mails({ options: [] })
          .map((mail) =>
            mail.replaceAll(/: (ten|twenty|thirty)/g, ': other').replaceAll(/^\+(ten|twenty|thirty)$/gm, '+other'),
          )
          .join(''),
      'SERIES_SEVERAL',
      /has 2 series/,
    ],
    'two series of one second, with the same Message-ID at their beginning': [
      [...v1, ...repository.mails({ branch: 'better', title: 'Another' })]
        .join('')
        .replaceAll(/<cover[^<>]*>/g, '<cover.1@example.org>'),
      'SERIES_SEVERAL',
      /has 2 series/,
    ],
    'a series and another patch': [whole + single.join(''), 'SERIES_SEVERAL', /another patch beside a series/],
    'two patches of two people': [
      single.join('') +
        repository
          .mails({ options: ['-1', '--thread'] })
          .join('')
          .replace('From: A <a@', 'From: B <b@'),
      'SERIES_SEVERAL',
      /of several senders/,
    ],
    'two patches with one number': [
      whole + two.replace('+twenty', '+other').replace(/^Message-Id: </im, 'Message-ID: <again-'),
      'SERIES_AMBIGUOUS',
      /the number 2\/3/,
    ],
    'only answers': [reply(one) + reply(two), 'PATCH_UNREADABLE', /no diff/],
    'an attachment without an end': [
      one.replace(
        '\n\n',
        '\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\n',
      ),
      'PATCH_UNREADABLE',
      /its last part has no end/,
    ],
  }
  for (const [what, [box, code, message]] of Object.entries(boxes)) {
    const found: unknown = await readBox(box).then(added, (error: unknown) => error)
    t.match(found, { code, message, hint: /./ }, what)
  }
})

void test('two series of which one needs the other are applied in that order', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const [cover = '', ...patches] = repository.mails({ branch: 'other', title: 'First' })
  const [id = ''] = /^Message-ID: <.*>$/im.exec(cover) ?? []
  const needing = repository
    .mails()
    .map((mail, index) =>
      index === 0 ? mail.replace('\n-- \n', `\nprerequisite-message-id: ${id.replace(/^.*?: /, '')}\n-- \n`) : mail,
    )
  const part = await readBox(needing.join('') + cover + patches.join(''))
  t.equal(added(part), `fifty sixty ${wanted}`)
})

void test('a named mail chooses its series and its version', async (t) => {
  const repository = new BoxRepository(t.testdir())
  const [v1, v2] = [repository.mails(), repository.mails({ version: 2, branch: 'better' })]
  const other = repository.mails({ branch: 'other', title: 'Quite another one' })
  const box = [...v1, ...v2, ...other].join('')
  t.equal(added(await readBox(box, idOf(v1[0]))), wanted)
  t.equal(added(await readBox(box, idOf(v2[2]))), newer)
  t.equal(added(await readBox(box, idOf(other[1]))), 'fifty sixty')
  const answer = reply(v1[1] ?? '')
  t.equal(added(await readBox(box + answer, idOf(answer))), newer, 'an answer chooses the series')
})
