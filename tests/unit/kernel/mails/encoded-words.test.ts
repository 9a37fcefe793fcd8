import { test } from 'tap'
import { decodeWords } from '../../../../harness/kernel/mails/encoded-words.ts'

/** Splits bytes into two encoded words. */
function twoWords(bytes: Buffer, charset: string, at: number): string {
  return [bytes.subarray(0, at), bytes.subarray(at)]
    .map((part) => `=?${charset}?B?${part.toString('base64')}?=`)
    .join('\n ')
}

void test('words that are split anywhere', (t) => {
  const text = '[PATCH 2/3] größe'
  const wide = Buffer.from(text, 'utf16le')
  for (const [charset, bytes] of [
    ['UTF-8', Buffer.from(text)],
    ['iso-8859-1', Buffer.from(text, 'latin1')],
    ['utf-16le', wide],
    ['UTF-16BE', Buffer.from(wide).swap16()],
    ['utf-16', Buffer.from(wide).swap16()],
    ['utf-16', Buffer.concat([Buffer.from([0xff, 0xfe]), wide])],
  ] as const) {
    for (let at = 1; at < bytes.length; at++)
      t.equal(decodeWords(` ${twoWords(bytes, charset, at)}`), text, `${charset} at ${at}`)
  }
  t.end()
})

void test('words among other text', (t) => {
  for (const [field, wanted] of [
    ['[PATCH] =?utf-8?q?gr=C3=B6_=C3=9Fe?= x', '[PATCH] grö ße x'],
    ['=?utf-8*de?Q?=5BPATCH=5D?= =?iso-8859-1?Q?=F6?=', '[PATCH]ö'],
    ['=?gb2312?B?xOM=?=\r\n\t=?gb2312?B?usM=?=', '你好'],
    ['[PATCH\n\t2/3] a', '[PATCH 2/3] a'],
    ['=?x-none?q?=C3=B6?=', 'ö'],
    ['gr\u00c3\u00b6', 'grö'],
    ['gr\u00f6', 'grö'],
    ['=?utf-8?x?a?= =?', '=?utf-8?x?a?= =?'],
    ['', ''],
  ] as const) {
    t.equal(decodeWords(field), wanted, field)
  }
  t.end()
})
