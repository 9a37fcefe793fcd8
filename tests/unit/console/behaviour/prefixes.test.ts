// Prefixes of kernel lines, from any tool.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { ConsoleParser } from '../../../../harness/console/console-parser.ts'
import { parseLine } from '../../../../harness/console/printk.ts'
import { goldenLines, severalSplats, summary, texts } from '../fixtures/golden.ts'

const prefixes: readonly (readonly [name: string, prefix: (number: number) => string])[] = [
  ['none', () => ''],
  ['a short time', () => '[    1.2] '],
  ['a time', (number) => `[   12.${String(345678 + number)}] `],
  ['a long time', (number) => `[1234567.${String(345678 + number)}] `],
  ['a task', () => '[   12.345678][   T77] '],
  ['an interrupt', () => '[   12.345678][    C1] '],
  ['a level', () => '<4>'],
  ['a level and a time', () => '<4>[   12.345678] '],
  ['dmesg -x', () => 'kern  :warn  : [   12.345678] '],
  ['dmesg -x without times', () => 'kern  :warn  : '],
  ['dmesg -T', () => '[Wed Nov 25 03:14:15 2026] '],
  ['dmesg --time-format=reltime', (number) => (number === 0 ? '[Nov25 03:14] ' : '[  +0.000137] ')],
  ['dmesg --time-format=iso', () => '2026-11-25T03:14:15,345678+00:00 '],
  ['dmesg -d', () => '[   12.345678 <    0.000137>] '],
  ['syslog', () => 'Nov 25 03:14:15 host kernel: [   12.345678] '],
  ['the journal', () => 'Nov 25 03:14:15 host kernel: '],
  ['the journal, iso', () => '2026-11-25T03:14:15+0000 host kernel: '],
  ['the journal, short-monotonic', (number) => `[   12.${String(345678 + number)}] host kernel: `],
  ['the journal, short-delta', () => '[   12.345678 <    0.000137 >] host kernel: '],
  ['the journal, short-full', () => 'Wed 2026-11-25 03:14:15 CET host kernel: '],
  ['the journal, short-unix', () => '1795576455.345678 host kernel: '],
  ['syslog of RFC 5424', () => '<3>1 2026-11-25T03:14:15.345678+01:00 host kernel - - - '],
  ['/dev/kmsg', (number) => `4,${number},${12_345_678 + number},-;`],
  ['/dev/kmsg with callers', (number) => `4,${number},${12_345_678 + number},-,caller=T77;`],
  ['dmesg --time-format=iso of today', () => '2026-11-25T03:14:15.345678+00:00 '],
  ['LAVA', () => '2026-11-25T03:14:15.345678 [   12.345678] '],
  ['tuxrun', () => '2026-11-25T03:14:15 <4>[   12.345678] '],
  ['a capture with a clock', () => '[03:14:15.345] '],
  ['a capture of several consoles', () => 'guest | [   12.345678][   T77] '],
]

for (const [name, prefix] of prefixes) {
  void test(`with ${name} before each line, the same splats are found`, (t) => {
    for (const log of severalSplats) {
      const lines = texts(log).map((line, number) => `${prefix(number)}${line}`)
      const wanted = findSplats(goldenLines(log), { isRunning: false })
      t.strictSame(findSplats(lines, { isRunning: false }).map(summary), wanted.map(summary), log)
      t.strictSame(
        findSplats(lines).map(({ fingerprint }) => fingerprint),
        wanted.map(({ fingerprint }) => fingerprint),
        log,
      )
    }
    t.end()
  })
}

for (const prefix of [
  'Nov 25 03:14:15 host kernel: ',
  '<4>',
  'kern  :warn  : ',
  '[Wed Nov 25 03:14:15 2026] ',
  'Wed 2026-11-25 03:14:15 CET host kernel: ',
  '1795576455.345678 host kernel: ',
  '<3>1 2026-11-25T03:14:15.345678+01:00 host kernel - - - ',
  '4,1,12345678,-;',
]) {
  void test(`when kernel lines begin with '${prefix}', the other lines come from programs`, (t) => {
    const found = findSplats([`${prefix}kvm: fine`, 'WARNING: a program', `${prefix}WARNING: the kernel`])
    t.match(found, [{ title: 'WARNING: the kernel' }])
    t.equal(found.length, 1)
    t.end()
  })
}

void test('the date of dmesg identifies a kernel log, but not the writer of a line', (t) => {
  for (const date of ['2026-11-25T03:14:15,345678+01:00', '2026-11-25T03:14:15.345678+01:00']) {
    const parser = new ConsoleParser({ onSplat: () => undefined })
    parser.write(`${date} fine\n`)
    parser.end()
    t.equal(parser.isStamped, true)
    t.match(findSplats([`${date} [    1.000000] fine`, `${date} WARNING: of a program`]), [])
  }
  t.end()
})

void test('records of /dev/kmsg have a time, a caller and lines of properties', (t) => {
  t.match(parseLine('6,339,5140900,-,caller=C1;NET'), {
    text: 'NET',
    time: 5.1409,
    caller: 'C1',
    isKernel: true,
  })
  t.match(parseLine(' SUBSYSTEM=acpi'), { isKernel: false })
  t.match(parseLine('12,1,5140900,-;of a program'), { isKernel: false })
  t.end()
})
