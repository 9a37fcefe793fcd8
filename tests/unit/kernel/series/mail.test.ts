import { test } from 'tap'
import { essenceOf, readMail, splitMbox } from '../../../../harness/kernel/series/mail.ts'
import { gmemPatch } from '../fixtures/mini-tree.ts'

const diff = ['--- a/x', '+++ b/x', '@@ -1 +1 @@', '-a', '+b', ''].join('\n')

void test('a mail is its subject and its diff, without signature', (t) => {
  const { subject, diff: found } = readMail(gmemPatch())
  t.equal(subject, '[PATCH] gmem: another b')
  t.match(found, /^diff --git /)
  t.match(found, /\treturn a \+ b \+ c;\n$/)
  t.end()
})

void test('a plain diff is a patch too', (t) => {
  t.strictSame(readMail(diff), { subject: '', diff })
  t.end()
})

function mail(encoding: string, body: string): string {
  return `From: a@b\nSubject: [PATCH 1/2]\n a\n long one\nContent-Transfer-Encoding: ${encoding}\n\n${body}`
}

void test('folded subjects and transfer encodings are decoded', (t) => {
  const text = diff.replace('+b', '+b = "é"')
  const bytes = Buffer.from(text)
  const quoted = bytes
    .toString('latin1')
    .replaceAll(/[=\u0080-\u00ff]/g, (byte) => `=${(byte.codePointAt(0) ?? 0).toString(16).toUpperCase()}`)
    .replace('+++ b/x', '+++ b=\n/x')
  for (const message of [mail('base64', bytes.toString('base64')), mail('quoted-printable', quoted)]) {
    const { subject, diff: found } = readMail(message)
    t.equal(subject, '[PATCH 1/2] a long one')
    t.equal(Buffer.from(found, 'latin1').toString(), text)
  }
  t.end()
})

void test('an mbox is split at its separators alone', (t) => {
  const first = 'From a Mon Nov 23 12:00:00 2026\nSubject: one\n\nFrom here on\n\n>From there\n'
  const mails = splitMbox(`${first}\nFrom b Mon Nov 23 12:00:01 2026\nSubject: two\n\n${diff}`)
  t.equal(mails.length, 2)
  t.match(mails[0], /\nFrom there\n/)
  t.equal(readMail(mails[1] ?? '').diff, diff)
  t.end()
})

void test('abbreviated blob names and times of files do not matter', (t) => {
  t.equal(essenceOf(gmemPatch()), essenceOf(gmemPatch().replace('1111111..2222222', '111111111..222222222')))
  t.equal(essenceOf(diff), essenceOf(diff.replace('+++ b/x', '+++ b/x\t2026-11-23 20:02:14.208 +0000')))
  t.not(essenceOf(gmemPatch()), essenceOf(gmemPatch('2', '3')))
  t.end()
})
