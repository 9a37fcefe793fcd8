// The parser on real logs: any prefix, noise, cut anywhere, two processors at once.
import { test } from 'tap'
import { findSplats, type Splat } from '../../../harness/console/find-splats.ts'
import { ConsoleParser, type ParserOptions } from '../../../harness/console/console-parser.ts'
import { goldenLines, goldenText, severalSplats, summary } from './fixtures/golden.ts'

/** Finds the splats in a log that comes in these pieces. */
function findIn(pieces: Iterable<Uint8Array | string>, options: Omit<ParserOptions, 'onSplat'> = {}): Splat[] {
  const splats: Splat[] = []
  const parser = new ConsoleParser({ ...options, onSplat: (splat) => splats.push(splat) })
  for (const piece of pieces) parser.write(piece)
  parser.end()
  return splats.toSorted((left, right) => left.start - right.start)
}

function fingerprintIn(lines: readonly string[]): string {
  return findSplats(lines)[0]?.fingerprint ?? ''
}

function kindsIn(lines: readonly string[], isRunning = false): string[] {
  return findSplats(lines, { isRunning }).map(({ kind }) => kind)
}

void test('a log that is cut in two at any byte has the same splats', (t) => {
  const log = Buffer.from(
    `[    0.5] naïve – 漢字\r\n${['kmemleak', 'irq-nobody-cared', 'reboot'].map(goldenText).join('')}[ 99.0] no line feed`,
  )
  const wanted = findIn([log])
  t.equal(wanted.length, 4)
  const differing: number[] = []
  for (let cut = 1; cut < log.length; cut += 1) {
    const found = findIn([log.subarray(0, cut), log.subarray(cut)])
    if (JSON.stringify(found) !== JSON.stringify(wanted)) differing.push(cut)
  }
  t.strictSame(differing, [])
  t.end()
})

void test('a log that comes byte by byte has the same splats', (t) => {
  const log = Buffer.from(severalSplats.map(goldenText).join(''))
  t.strictSame(findIn([...log].map((byte) => Uint8Array.of(byte))), findIn([log]))
  t.end()
})

const noises: readonly (readonly [name: string, noisy: (line: string, number: number) => string])[] = [
  ['CR before LF', (line) => `${line}\r`],
  ['two CRs before LF', (line) => `${line}\r\r`],
  ['CR after LF', (line) => `\r${line}`],
  ['NUL bytes', (line, number) => `${line.slice(0, number % 40)}\0\0${line.slice(number % 40)}\0`],
  ['colours of dmesg', (line) => line.replace(/^(\[.*?\] )(.*)$/, '\u001B[32m$1\u001B[0m\u001B[31m$2\u001B[0m')],
  ['bells and the like', (line) => `\u0007${line.replace('BUG', 'B\u0001UG')}`],
  ['a prompt before the time', (line) => `(initramfs) # ${line}`],
]

for (const [name, noisy] of noises) {
  void test(`${name}: the same splats are found`, (t) => {
    for (const report of severalSplats) {
      const lines = goldenLines(report)
      t.strictSame(
        findSplats(lines.map(noisy), { isRunning: false }).map(summary),
        findSplats(lines, { isRunning: false }).map(summary),
        report,
      )
    }
    t.end()
  })
}

void test('a splat that is cut off anywhere is corrupted, and of the same kind', (t) => {
  for (const name of ['warning', 'kasan', 'null-dereference', 'lockdep-circular']) {
    const lines = goldenLines(name)
    const [whole] = findSplats(lines)
    const { start } = whole ?? { start: 0 }
    // Behind the trace, a splat of __warn() or die() has no more facts; a splat of KASAN has.
    const lastOfTrace = lines.findIndex((line) => line.includes('</TASK>'))
    const end = name === 'kasan' ? (whole?.end ?? 0) : lastOfTrace + 1
    const first = lines.findIndex((line) => /WARNING: |BUG: /.test(line))
    for (let cut = first + 1; cut < end; cut += 1) {
      const found = findSplats(lines.slice(0, cut))
      t.match(found, [{ kind: whole?.kind, start, corrupted: /./ }], `${name}, ${cut} lines`)
    }
  }
  t.end()
})

void test('a corrupted splat gives the reason', (t) => {
  const lines = goldenLines('warning')
  const without = (pattern: RegExp): string[] => lines.filter((line) => !pattern.test(line))
  t.match(findSplats(without(/end trace/)), [{ corrupted: undefined }])
  t.match(findSplats(without(/end trace|\/TASK/)), [{ corrupted: 'the call trace has no end' }])
  t.match(findSplats(without(/Call Trace|TASK|^.{15} /)), [{ corrupted: 'its call trace is missing' }])
  t.match(findSplats(lines.map((line) => line.replace(/(kvm_gmem_allocate)\+.*/, '$1+0x9'))), [
    { corrupted: "a line of the call trace is cut off: 'kvm_gmem_allocate+0x9'" },
  ])
  t.match(findSplats(lines.map((line) => line.replace(/(<TASK>)/, '$1[   12.3] <4>[   12.345678] hello'))), [
    { corrupted: 'two records are on one line' },
  ])
  t.match(findSplats(goldenLines('kasan').slice(0, 40)), [{ corrupted: 'the log ends within the splat' }])
  t.match(findSplats([...lines.slice(0, 12), ...goldenLines('kasan')]), [
    { kind: 'warning', corrupted: 'another splat begins within it' },
    { kind: 'kasan', corrupted: undefined },
  ])
  t.match(findSplats(goldenLines('kasan').map((line) => line.replace(/(free in ).*/, '$1kvm_gm'))), [
    { corrupted: 'the first line is cut off' },
  ])
  t.end()
})

void test('a splat has the scenario that was running when it began', (t) => {
  const [warning, kasan] = [goldenLines('warning'), goldenLines('kasan')]
  const found = findSplats([
    ...warning,
    '[   20.000000] gmemtest: scenario first begins',
    ...kasan.slice(0, 20),
    '[   21.000000] gmemtest: scenario first ended',
    ...kasan.slice(20),
    '[   22.000000] gmemtest: scenario second begins',
    ...warning,
  ])
  t.match(found, [
    { kind: 'warning', scenario: undefined },
    { kind: 'kasan', scenario: 'first', corrupted: undefined },
    { kind: 'warning', scenario: 'second' },
  ])
  t.end()
})

void test('a splat on the line of a marker is found, and the marker counts', (t) => {
  const bug = 'BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1'
  for (const torn of ['[    1.100000] ', '[    1.1] ', ' [    1.100000][  T77] ', '<1>[    1.100000] ']) {
    const found = findSplats([
      '[    1.000000] gmemtest: scenario a begins',
      `[    1.100000] gmemtest: scenario a ended${torn}${bug}`,
      `[    1.200000] ${bug}`,
      `[    1.300000] gmemtest: scenario b begins${torn}${bug}`,
      `[    1.400000] ${bug}${torn}gmemtest: scenario b ended`,
      `[    1.500000] ${bug}`,
    ])
    t.strictSame(
      found.map(({ kind, start, scenario }) => [kind, start, scenario]),
      [
        ['bad-page', 1, undefined],
        ['bad-page', 2, undefined],
        ['bad-page', 3, 'b'],
        ['bad-page', 4, 'b'],
        ['bad-page', 5, undefined],
      ],
      torn,
    )
  }
  t.end()
})

void test('the fingerprint is the same for another build, and differs for another splat', (t) => {
  const lines = goldenLines('warning')
  const rebuilt = lines.map((line) =>
    line
      .replaceAll('+0x', '+0x1')
      .replaceAll('PID: 77', 'PID: 4711')
      .replaceAll('guest_memfd.c:99', 'guest_memfd.c:131')
      .replaceAll('kvm_gmem_get_folio', 'kvm_gmem_get_folio.isra.0')
      .replaceAll('[   12.', '[  777.'),
  )
  t.equal(fingerprintIn(rebuilt), fingerprintIn(lines))
  t.not(
    fingerprintIn(lines.map((line) => line.replaceAll('kvm_gmem_get_folio', 'kvm_gmem_get_file'))),
    fingerprintIn(lines),
  )
  t.not(
    fingerprintIn(lines.map((line) => line.replaceAll('kvm_gmem_fallocate', 'kvm_gmem_fault'))),
    fingerprintIn(lines),
  )
  t.end()
})

void test('a second boot is a splat unless the log announces it', (t) => {
  const banner = '[    0.000000] Linux version 6.12.117 (gcc) #1 SMP'
  t.strictSame(kindsIn([banner]), [])
  t.strictSame(kindsIn([banner], true), ['reboot'])
  t.strictSame(kindsIn(['SeaBIOS', banner, '[    1.000000] up', banner]), ['reboot'])
  t.strictSame(kindsIn(['[ 1234.000000] the log begins late', banner]), ['reboot'])
  t.strictSame(kindsIn([banner, '[   99.000000] reboot: Restarting system', banner]), [])
  t.strictSame(kindsIn([banner, '[   99.000000] Kernel panic - not syncing: why', banner]), ['panic'])
  t.strictSame(
    kindsIn([banner, ...goldenLines('warning').slice(2, 12), '[   99.0] reboot: Restarting system', banner]),
    ['warning'],
  )
  t.strictSame(kindsIn([banner, '[    0.100000] printk: console [ttyS0] enabled', banner]), [])
  t.end()
})

void test('a task that falls silent within a splat has ended it', (t) => {
  const begun = goldenLines('refcount').slice(0, 12)
  const others = Array.from({ length: 3000 }, (_, number) => `[   13.000000][   T${number}] fine`)
  const found: [splat: Splat, line: number][] = []
  const parser = new ConsoleParser({ onSplat: (splat) => found.push([splat, parser.lines]) })
  parser.write([...begun, ...others, ''].join('\n'))
  const [[splat, line] = []] = found
  t.match(splat, { kind: 'refcount', start: 2, end: 12, corrupted: 'its last line is missing' })
  t.ok(line !== undefined && line < 1100, 'long before the log ends')
  t.end()
})

void test('of a hundred splats without an end, only some are open at once', (t) => {
  const lines = Array.from(
    { length: 300 },
    (_, task) => `[   13.000000][T${1000 + task}] BUG: KASAN: use-after-free in f+0x1/0x2`,
  )
  const found = findSplats(lines)
  t.equal(found.length, 300)
  t.ok(found.every(({ corrupted }) => corrupted !== undefined))
  t.end()
})

void test('a trace does not take its reason from the splat before it', (t) => {
  const report = goldenLines('warning').slice(0, 35)
  const [, second, third] = findSplats([...report, ...goldenLines('call-trace').slice(5, 15)])
  t.match(second, { kind: 'trace', start: 35 })
  t.equal(third, undefined)
  t.end()
})

void test('a line without an end takes no memory, and hides no splat behind it', (t) => {
  const parser: Splat[] = []
  const reader = new ConsoleParser({ onSplat: (splat) => parser.push(splat) })
  const noise = '#'.repeat(1 << 16)
  for (let count = 0; count < 256; count += 1) reader.write(noise)
  reader.write('\n[    3.000000] BUG: Bad rss-counter state mm:0 type:MM_FILEPAGES val:1\n')
  reader.end()
  t.match(parser, [{ kind: 'bad-page', start: 1, end: 2 }])
  t.end()
})

void test('an empty table is an error, not a clean log', (t) => {
  t.throws(() => findSplats(['fine'], { patterns: [] }), { code: 'HEALTH_BLIND' })
  t.end()
})
