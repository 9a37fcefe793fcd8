// Mails that git does not read as they were meant: an error names the mail.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import {
  asBase64,
  asQuotedPrintable,
  diffOf,
  entity,
  first,
  mailOf,
  multipart,
  second,
  separator,
  third,
} from '../fixtures/mails.ts'
import { pathPart, SeriesTree } from '../fixtures/series-tree.ts'

const three = mailOf(first) + mailOf(second) + mailOf(third)
const footer = entity('_____\nlist mailing list\n', {})
const attachment = 'text/x-patch; name="x.patch"'
const [plain1, plain3] = [diffOf(first), diffOf(third)]
const traditional = plain1.replace(/^(?:diff|index).*\n/gm, '')
const longer = (text: string): string =>
  text.replace(/(@@ -0,0 \+1),(\d+)/, (_, start: string, count: string) => `${start},${Number(count) - 1}`)
const note = entity('Please see the attached patch.\n', {})
const cover = (subject: string): string => mailOf({ subject, body: 'All of it.\n' })

/** Inputs that git am reads otherwise than they were meant, or not at all: an error names the mail. */
const refused: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  'a byte order mark': [`\u00ef\u00bb\u00bf${three}`, /byte order mark/],
  'UTF-16': [Buffer.from(`\ufeff${plain1}`, 'utf16le').toString('latin1'), /UTF-16/],
  'text before the first separator': [`An archive:\n\n${three}`, /text before its first mail/],
  'text before a base64 mail': [`An archive:\n\n${mailOf(first, 'base64')}`, /text before its first mail/],
  'base64, then a separator without a time': [
    `${mailOf(first, 'base64')}From elsewhere\n${mailOf(second, 'base64').slice(separator.length)}`,
    /m\[1\]: \[PATCH\].* second mail/,
  ],
  'plain, then base64 without separator': [
    mailOf(first) + entity(second.body, { subject: second.subject, encoding: 'base64' }),
    /m\[1\].* second mail/,
  ],
  'quoted-printable, then plain without separator': [
    mailOf(first, 'quoted-printable') + entity(third.body, { subject: third.subject }),
    /m\[1\].* second mail/,
  ],
  'only a reply': [mailOf({ subject: 'Re: [PATCH 1/3] x', body: '> +x\n\nGood.\n' }), /no diff/],
  'a subject about 0/1': [cover('[PATCH 1/1] from 0/1 to 1/1'), /no diff/],
  'a mail in HTML alone': [
    mailOf({ subject: 'x', body: `<p>${plain1.replaceAll('\n', '<br>')}</p>\n` }, '8bit', 'text/html'),
    /no diff/,
  ],
  'an encrypted mail': [
    multipart('x', [entity('Version: 1\n', { type: 'application/pgp-encrypted' }), entity('-----BEGIN PGP\n', {})]),
    /no diff/,
  ],
  'a compressed file': ['\u001f\u008b\u0008\u0000', /compressed/],
  'CR in the file, not encoded': [
    mailOf({ subject: 'x', body: 'x\n---\n--- /dev/null\n+++ b/virt/crlf\n@@ -0,0 +1 @@\n+one\r\n' }),
    /some lines of its diff end in CR LF/,
  ],
  'a hunk with other blanks': [plain1.replace('@@ -', '@@\u00c2\u00a0-') + plain3, /passes over its line '@@/],
  'a combined diff': [`${plain1}diff --cc virt/other.c\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n`, /passes over/],
  'a line behind the last one of a hunk': [plain1.replace(/(return a[^\n]*\n)/, '$1+\tlost();\n'), /over its line '\+/],
  'a new file with more lines than its hunk counts': [
    mailOf({ ...third, body: longer(third.body) }),
    /m:? .*fewer lines/,
  ],
  'a removed line behind the last one': [mailOf({ ...first, body: `x\n---\n${plain1}-}\n` }), /over its line '-}'/],
  'a header of a hunk without an @': [`${plain3}@ -1,2 +1,2 @@\n a\n-b\n+c\n`, /over its line '@ -1/],
  'a file that diff -r found on one side': [`Only in b/virt: new.c\n${traditional}`, /over its line 'Only in b/],
  'a file that diff -r found, behind': [`${traditional}Only in b: new.c\n`, /over its line 'Only in b/],
  'a binary file of diff -r': [`${traditional}diff -r a/x b/x\nBinary files a/x and b/x differ\n`, /line 'Binary/],
  'a directory for a file, by diff -r': [
    `File a/x is a regular file while file b/x is a directory\n${traditional}`,
    /line 'File/,
  ],
  'the log of a submodule': [
    mailOf({ ...first, body: `x\n---\nSubmodule sub 1111111..2222222:\n  > one\n${plain1}` }),
    /line 'Submodule/,
  ],
  'a context diff behind another': [`${plain1}*** a/x\n--- b/x\n${'*'.repeat(15)}\n*** 1,2 ****\n`, /its line '\*{15}/],
  'a context diff': ['*** a/virt/gmem.c\n--- b/virt/gmem.c\n***************\n*** 1,2 ****\n', /no diff/],
  'wrapped lines': [mailOf(first).replace('\treturn a + b + c;', '\treturn a +\nb + c;'), /damaged|does not apply/],
  'format=flowed that joined lines': [
    mailOf(
      { ...first, body: first.body.replace('int b = 2;\n', 'int b = 2; \n') },
      '8bit',
      'text/plain; format=flowed',
    ),
    /damaged|does not apply/,
  ],
  'PGP inside the text': [
    mailOf({ ...first, body: `-----BEGIN PGP SIGNED MESSAGE-----\n\n${first.body.replaceAll(/^-/gm, '- -')}` }),
    /damaged|no diff|passes over/,
  ],
  'a forwarded mail in base64': [
    multipart('Fwd: x', [
      note,
      `Content-Type: message/rfc822\n\n${entity(first.body, { subject: first.subject, encoding: 'base64' })}`,
    ]),
    /does not read its part/,
  ],
  'a forwarded mail in quoted-printable': [
    multipart('Fwd: x', [
      note,
      `Content-Type: message/rfc822\n\n${entity(third.body, { subject: third.subject, encoding: 'quoted-printable' })}`,
    ]),
    /does not decode its part/,
  ],
  'a cover letter in quoted-printable, then plain without separator': [
    mailOf({ subject: '[PATCH 0/1] x', body: 'All =3D of it.\n' }, 'quoted-printable') +
      entity(third.body, { subject: third.subject }),
    /m\[1\].* second mail/,
  ],
  'parts within parts, in quoted-printable': [
    multipart(first.subject, [
      `Content-Type: multipart/mixed; boundary="CC"\n\n--CC\n${entity(third.body, { encoding: 'quoted-printable' })}--CC--\n`,
      footer,
    ]),
    /does not decode its part/,
  ],
  'base64, then plain right behind it': [
    mailOf(first, 'base64').trimEnd() + '\n' + entity(second.body, { subject: second.subject }),
    /second mail/,
  ],
  'parts within parts': [
    multipart(first.subject, [
      `Content-Type: multipart/mixed; boundary="CC"\n\n--CC\n${entity(third.body, { encoding: 'base64' })}--CC--\n`,
      footer,
    ]),
    /does not read its part with the line 'diff --git/,
  ],
  'an attached file with a separator': [
    multipart('x', [note, entity(mailOf(first), { type: attachment })]),
    /m\[1\].*no end/,
  ],
  'two attached files with separators': [
    multipart('x', [entity(`${note}${mailOf(first)}`, { type: attachment }), entity(mailOf(third), {})]),
    /m\[1\]/,
  ],
  'a file outside of the tree': [plain3.replaceAll('virt/third.c', '../third.c'), /damaged|does not apply/],
  'a file name that is not UTF-8': [
    'diff --git "a/virt/\\351" "b/virt/\\351"\nnew file mode 100644\n--- /dev/null\n+++ "b/virt/\\351"\n@@ -0,0 +1 @@\n+x\n',
    /not UTF-8/,
  ],
  'a removed line like a signature, whose tail is lost': [
    'diff --git a/virt/sig b/virt/sig\n--- a/virt/sig\n+++ b/virt/sig\n@@ -1,2 +1,2 @@\n one\n-- \n',
    /damaged|its last hunk lacks/,
  ],
  nothing: ['', /it is empty/],
  'blank lines': ['\n \n', /it is empty/],
  'a binary file': ['\u0000\u0001\u0002', /no diff/],
}

void test('a mail that git does not read as it was meant is refused by its name', async (t) => {
  const directory = t.testdir({ mails: {} })
  const tree = new SeriesTree(directory, { 'virt/sig': 'one\n- \n' })
  const file = path.join(directory, 'mails', 'm')
  for (const [what, [text, message]] of Object.entries(refused)) {
    writeFileSync(file, text, 'latin1')
    const found = await tree.gmemtest(pathPart(file)).catch((error: unknown) => error)
    t.match(found, { message: /\bm\b/, hint: /./ }, what)
    t.match(found, { message }, what)
  }
})

void test('encodings of the fixtures are those of mail programs', (t) => {
  t.equal(Buffer.from(asBase64(third.body), 'base64').toString('latin1'), third.body)
  t.match(asQuotedPrintable(third.body), /=3D3D/)
  t.end()
})
