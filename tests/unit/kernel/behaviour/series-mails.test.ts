// Mails of many shapes: each gives the tree that git am makes.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { diffOf, entity, first, mailOf, multipart, second, separator, third, type Mail } from '../fixtures/mails.ts'
import { pathPart, SeriesTree } from '../fixtures/series-tree.ts'

const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
const three = mailOf(first) + mailOf(second) + mailOf(third)
const footer = entity('_____\nlist mailing list\n', {})
const attachment = 'text/x-patch; name="x.patch"'
const [plain1, plain3] = [diffOf(first), diffOf(third)]
const note = entity('Please see the attached patch.\n', {})
const attached = ({ subject, body }: Mail): string =>
  `From: A <a@example.org>\nDate: Mon, 17 Sep 2001 00:00:00 +0000\nSubject: ${subject}\n\n${body}`
const withText = (text: string): string => mailOf({ ...first, body: `${text}\n${first.body}` })
const cover = (subject: string, body = 'All of it.\n'): string => mailOf({ subject, body })

/** Inputs that git am reads: the trees must be equal. */
const same: Readonly<Record<string, string>> = {
  'three mails': three,
  'all in base64': mailOf(first, 'base64') + mailOf(second, 'base64') + mailOf(third, 'base64'),
  'all in quoted-printable': [first, second, third].map((mail) => mailOf(mail, 'quoted-printable')).join(''),
  'plain, then base64': mailOf(first) + mailOf(second, 'base64') + mailOf(third, '7bit'),
  'quoted-printable, then plain with =3D': mailOf(first, 'quoted-printable') + mailOf(second) + mailOf(third),
  'CR LF': crlf(three),
  'CR LF, quoted-printable': crlf(mailOf(first, 'quoted-printable') + mailOf(third, 'quoted-printable')),
  'CR LF around base64': crlf(mailOf(first, 'base64') + mailOf(third, 'base64')),
  'one mail in CR LF, one in LF': crlf(mailOf(first)) + mailOf(second),
  'no separator': entity(first.body, { subject: first.subject, encoding: 'base64' }),
  'no blank line before a separator': `${mailOf(first).trimEnd()}\n${mailOf(second, 'base64')}`,
  'a separator without a time first': `From somewhere\n${mailOf(first, 'base64').slice(separator.length)}`,
  'a second separator without a time': `${mailOf(first)}From elsewhere\n${mailOf(second).slice(separator.length)}`,
  'empty lines first': `\n\n${three}`,
  'headers in lower case, folded': mailOf(third, 'base64')
    .replace('Content-Transfer-Encoding: base64', 'content-transfer-encoding:\n BASE64')
    .replace('Subject: ', 'SUBJECT:\n '),
  'a list footer as a part': multipart(third.subject, [entity(third.body, { encoding: 'quoted-printable' }), footer]),
  'a list footer in base64': multipart(third.subject, [
    entity(third.body, { encoding: 'base64' }),
    entity('__\nfooter\n', { encoding: 'base64' }),
  ]),
  'a base64 part, then a quoted-printable one': multipart(first.subject, [
    entity('See =3D below.\n', { encoding: 'base64' }),
    entity(plain3, { encoding: 'quoted-printable', type: attachment }),
  ]),
  'an attachment in base64': multipart(first.subject, [note, entity(plain1, { encoding: 'base64', type: attachment })]),
  'an octet-stream': multipart(first.subject, [
    note,
    entity(plain3, { encoding: 'base64', type: 'application/octet-stream' }),
  ]),
  'two attachments': multipart(first.subject, [
    note,
    entity(plain1, { encoding: 'base64', type: attachment }),
    entity(plain3, { encoding: 'quoted-printable', type: attachment }),
  ]),
  'an attached format-patch in base64': multipart(first.subject, [
    note,
    entity(entity(first.body, { subject: first.subject }), { encoding: 'base64', type: attachment }),
  ]),
  'attached format-patch files in quoted-printable': multipart(first.subject, [
    note,
    // Mail programs write the F of the first line so that it is no separator.
    entity(separator + attached(first), { encoding: 'quoted-printable', type: attachment }).replace(
      /^From a@b/m,
      '=46rom a@b',
    ),
    entity(attached(third), { encoding: 'quoted-printable', type: attachment }),
  ]),
  'an attached format-patch as it is, and a part in base64': multipart(first.subject, [
    entity(attached(first), { encoding: '7bit', type: attachment }),
    entity('A note.\n', { encoding: 'base64' }),
  ]),
  'PGP/MIME, with the author in the text': multipart(
    first.subject,
    [
      entity(`From: Other <o@example.org>\nSubject: other\n\n${first.body}`, { encoding: 'quoted-printable' }),
      entity('-----BEGIN PGP SIGNATURE-----\n', { type: 'application/pgp-signature' }),
    ],
    'multipart/signed',
  ),
  'a report with headers in a message in quoted-printable': mailOf(
    { ...first, body: `The report:\n\nFrom: a@b\nSubject: a crash\nDate: today\n\n${first.body}` },
    'quoted-printable',
  ),
  'PGP/MIME': multipart(
    third.subject,
    [
      entity(third.body, { encoding: 'quoted-printable' }),
      entity('-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n', {
        type: 'application/pgp-signature; name="signature.asc"',
      }),
    ],
    'multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"',
  ),
  'a part within a part, and a patch beside it': multipart(first.subject, [
    `Content-Type: multipart/alternative; boundary="CC"\n\n--CC\n${entity(third.body, {})}--CC--\n`,
    entity(plain1, { type: attachment }),
  ]),
  'a signed part with parts within it': multipart(
    first.subject,
    [
      `Content-Type: multipart/mixed; boundary="CC"\n\n--CC\n${entity('Hello = x\n\n-- \nme\n', { encoding: 'quoted-printable' })}` +
        `--CC\n${entity(third.body, { encoding: 'quoted-printable', type: attachment })}--CC--\n`,
      footer,
    ],
    'multipart/signed',
  ),
  'a boundary with an equals sign': multipart(
    third.subject,
    [entity(third.body, { encoding: 'quoted-printable' }), footer],
    'multipart/mixed',
    '=_x=3D',
  ),
  'format=flowed': mailOf(
    { ...first, body: first.body.replaceAll(/^ /gm, '  ') },
    '8bit',
    'text/plain; charset=utf-8; format=flowed',
  ),
  latin1: mailOf(
    { ...third, body: third.body.replaceAll('\u00c3\u00ab', '\u00eb') },
    '8bit',
    'text/plain; charset=iso-8859-1',
  ),
  'a paragraph that begins with From': withText('Text.\n\nFrom user space, at 12:30, it is seen.\n'),
  'a paragraph with an escaped From': withText('Text.\n\n>From user space it is seen.\n'),
  'an indented diff in the message': withText(`Before it was\n\n  ${plain1.replaceAll('\n', '\n  ')}\n`),
  'the author in the text': withText('From: Other <o@example.org>\nSubject: [PATCH] other\n'),
  'the author in the text, in base64': mailOf(
    { ...first, body: `From: Other <o@example.org>\nSubject: other\n\n${first.body}` },
    'quoted-printable',
  ),
  'a quoted header in the message': withText('> From: a@b\n> Subject: hello\n> Content-Transfer-Encoding: base64\n'),
  'notes below the line': mailOf({ ...first, body: first.body.replace('---\n', '---\nChanges in v2:\n - none\n\n') }),
  'a scissors line': withText('Hello.\n\n-- >8 --\n'),
  'a list behind the diff': mailOf({ ...first, body: first.body.replace(/-- \n[^]*/, '\n- one\n+ two\n') }),
  'a rule behind the diff': mailOf({ ...first, body: first.body.replace(/-- \n[^]*/, '------\nTo leave\n') }),
  'lines that read like headers, in a hunk': mailOf({
    subject: 'x',
    body: 'x\n---\n--- /dev/null\n+++ b/virt/new\n@@ -0,0 +1,3 @@\n+@@ -1 +1 @@\n+Only in a: b\n+***************\n',
  }),
  'no signature': mailOf({ ...first, body: first.body.replace(/-- \n[^]*/, '') }),
  'a removed line that reads like a signature': mailOf({
    subject: 'x',
    body: 'x\n---\ndiff --git a/virt/sig b/virt/sig\n--- a/virt/sig\n+++ b/virt/sig\n@@ -1,2 +1,2 @@\n one\n-- \n+two\n',
  }),
  'trailers after the diff': mailOf({ ...first, body: `${first.body}\nbase-commit: 1234\nprerequisite-patch-id: 5\n` }),
  'a diff without git headers': mailOf({
    subject: 'x',
    body: `x\n---\n${plain1.replace(/^(?:diff|index).*\n/gm, '')}`,
  }),
  'svn headers in a mail': mailOf({
    subject: 'x',
    body: `x\n\nIndex: linux/virt/gmem.c\n=====\n${plain1.replace(/^(?:diff|index).*\n/gm, '')}`,
  }),
  'a DEP-3 header': `Description: ten\n Long text.\nFrom: a <a@example.org>\n\n${plain1}`,
  'a mail with many transport headers': `Return-Path: <a@b>\nReceived: from x\n\tby y; Mon\n${entity(first.body, { subject: 'x' })}`,
  'a binary patch': mailOf({
    subject: 'x',
    body: 'x\n---\ndiff --git a/bin b/bin\nnew file mode 100644\nindex 0000000000000000000000000000000000000000..eaf36c1daccfdf325514461cd1a2ffbc139b5464\nGIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n-- \n2.39.5\n',
  }),
  'a rename of a name in quotes': mailOf({
    subject: 'x',
    body: 'x\n---\ndiff --git "a/virt/\\303\\251" "b/virt/\\303\\252 b"\nsimilarity index 100%\nrename from "virt/\\303\\251"\nrename to "virt/\\303\\252 b"\n',
  }),
  'CR at the end of a line of a file, in quoted-printable': mailOf(
    { subject: 'x', body: 'x\n---\n--- /dev/null\n+++ b/virt/crlf\n@@ -0,0 +1 @@\n+one\r\n' },
    'quoted-printable',
  ),
  'a second mail without separator': mailOf(first) + entity(second.body, { subject: second.subject }),
}

const more = { 'virt/sig': 'one\n- \n', 'virt/\u00c3\u00a9': 'e\n' }

void test('a mail gives the tree that git am makes', async (t) => {
  const directory = t.testdir({ mails: {} })
  const tree = new SeriesTree(
    directory,
    Object.fromEntries(Object.entries(more).map(([name, text]) => [Buffer.from(name, 'latin1').toString(), text])),
  )
  for (const [index, [what, text]] of Object.entries(same).entries()) {
    const file = path.join(directory, 'mails', `${index}.mbox`)
    writeFileSync(file, text, 'latin1')
    const right = tree.am(file)
    t.ok(right, `git am reads: ${what}`)
    t.equal(await tree.gmemtest(pathPart(file)).catch(String), right, what)
  }
})

void test('cover letters of many shapes are left out', async (t) => {
  const directory = t.testdir({ mails: {} })
  const tree = new SeriesTree(directory)
  const file = path.join(directory, 'mails', 'm.mbox')
  writeFileSync(file, three, 'latin1')
  const right = tree.am(file)
  const encodedSubject = `=?UTF-8?B?${Buffer.from('[PATCH v2 00/3] naïve').toString('base64')}?=`
  for (const mail of [
    ...['[PATCH 0/3] x', '[PATCH v2 0/3 net-next] x', '[RFC PATCH v3 00/12] x', '[PATCH RFC 6.12 0/3] x'].map(
      (subject) => cover(subject),
    ),
    ...['[patch] [0/3] x', '[PATCH 0 of 3] x', 'PATCH 0/3: x', '[net-next,v2,0/3] x', encodedSubject].map((subject) =>
      cover(subject),
    ),
    cover(
      '[PATCH 0/3] x',
      'With a line.\n\n---\n virt/gmem.c | 2 +-\n 1 file changed\n\nbase-commit: 12\nchange-id: 34\n\n',
    ),
    separator + entity('All.\n', { subject: '[PATCH 0/3] x', encoding: 'base64' }),
    multipart('[PATCH 0/3] x', [note, footer]),
  ]) {
    writeFileSync(file, mail + three, 'latin1')
    t.equal(await tree.gmemtest(pathPart(file)).catch(String), right, mail.slice(0, 200))
  }
})

void test('a plain diff is what git apply makes of it', async (t) => {
  const directory = t.testdir({ mails: {} })
  const tree = new SeriesTree(directory)
  const file = path.join(directory, 'mails', 'm.patch')
  const traditional = plain1.replace(/^(?:diff|index).*\n/gm, '')
  for (const [what, text] of Object.entries({
    'a git diff': plain1 + plain3,
    'a diff without git headers': traditional,
    'svn headers': `Index: virt/gmem.c\n===================================\n${traditional}`,
    'svn headers, and an empty line in the diff': `Index: virt/gmem.c\n====\n${traditional}\n\nIndex: virt/third.c\n====\n${plain3}`,
    'text as quilt writes it': `gmem: ten\n\nBecause.\nSigned-off-by: A <a@b>\n---\n virt/gmem.c | 2 +-\n\n${traditional}`,
    'times of diff(1)': traditional.replaceAll('gmem.c\n', 'gmem.c\t2026-11-23 20:02:14.208 +0000\n'),
    mercurial: `# HG changeset patch\n# User a\n# Date 0 0\n# Node ID 12\n\nten\n\n${plain1}`,
  })) {
    writeFileSync(file, text, 'latin1')
    const right = tree.apply(file)
    t.ok(right, `git apply reads: ${what}`)
    t.equal(await tree.gmemtest(pathPart(file)).catch(String), right, what)
  }
})

void test('the attributes of the user do not matter', async (t) => {
  const directory = t.testdir({
    'm.mbox': Buffer.from(three, 'latin1'),
    home: { git: { attributes: '* text eol=crlf ident\n' } },
  })
  const tree = new SeriesTree(directory)
  const before = { ...process.env }
  t.teardown(() => void (process.env = before))
  process.env = { ...before, XDG_CONFIG_HOME: path.join(directory, 'home') }
  const file = path.join(directory, 'm.mbox')
  t.equal(await tree.gmemtest(pathPart(file)), tree.am(file))
})
