// Logs as other programs capture, quote and print them: with any prefix, the same splats are found.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'tap'
import { findSplats, type Splat } from '../../../../harness/console/find-splats.ts'
import { goldenLines, summary, texts } from '../fixtures/golden.ts'

/** Makes a line as a program writes it; `number` counts the lines. */
type Capture = (line: string, number: number) => string

function before(prefix: string | ((number: number) => string)): Capture {
  return (line, number) => `${typeof prefix === 'string' ? prefix : prefix(number)}${line}`
}

function second(number: number): string {
  return String(10 + (number % 50))
}

/** Captures of lines that have the stamps of printk. */
const stamped: Readonly<Record<string, Capture>> = {
  'LAVA, text': before((number) => `2026-11-25T03:14:${second(number)}.345678 `),
  'LAVA, YAML with single quotes': (line) =>
    `- {dt: '2026-11-25T03:14:15.345678', lvl: target, msg: '${line.replaceAll("'", "''")}'}`,
  'LAVA, YAML of JSON': (line) =>
    `- {"dt": "2026-11-25T03:14:15.345678", "lvl": "target", "msg": ${JSON.stringify(line)}}`,
  'LAVA, JSON': (line) =>
    JSON.stringify({ dt: '2026-11-25T03:14:15.345678', lvl: 'target', msg: line }).replaceAll('":"', '": "'),
  Jenkins: before('[2026-11-25T03:14:15.345Z] '),
  'GitHub Actions': before((number) => `2026-11-25T03:14:${second(number)}.3456789Z `),
  GitLab: before('2026-11-25T03:14:15.345678Z 01O '),
  openQA: before('[2026-11-25T03:14:15.345678+01:00] [debug] [pid:12345] '),
  'openQA, serial line': (line) => `[37m${line}[0m`,
  'virtme-ng': before('host | '),
  'docker compose': before('vm-1  | '),
  'kselftest quotes it': before('# '),
  'a mail quotes it': before('> '),
  'a mail quotes it twice': before('> > '),
  Markdown: before('    '),
  tmt: before('            out: '),
  labgrid: before('serial> '),
  Avocado: before('2026-11-25 03:14:15,345 avocado.test INFO | '),
  'systemd with colours': (line) => line.replace(/^(\[[^\]]*\])/, '\u001B[32m$1\u001B[0m'),
  'a processor in the stamp': (line) => line.replace(/^(\[ *\d+\.\d+)\]/, '$1@1]'),
  'a vendor puts the task behind the stamp': (line) => line.replace(/^(\[[^\]]*\])/, '$1  [1:     kworker/1:2:   77]'),
  'another vendor': (line) => line.replace(/^(\[[^\]]*\]) /, '$1 (1)[77:agent]'),
  'CR, LF and a progress bar': (line, number) => `${number}%\r${line}\r`,
  'a web page': (line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'a terminal that shows the ends of lines': (line) => `[22:22:59:896] ${line}\u240d\u240a`,
  'no-break spaces': (line) => line.replaceAll('  ', '\u00A0 '),
}

/** Captures of the kernel's lines alone. */
const ofKernel: Readonly<Record<string, Capture>> = {
  'a level': before('<4>'),
  syslog: before('Nov 25 03:14:15 host kernel: '),
  rsyslog: before('2026-11-25T03:14:15.345678+01:00 host kernel: '),
  'rsyslog with escapes': (line) => `Nov 25 03:14:15 host kernel: #033[31m${line}#033[0m`,
}

const months = ['1月', 'janv.', 'Jän', 'stycznia', 'января', 'Μαρ', 'مارس', 'oca', 'led', 'ม.ค.', 'jan.', '1월']

/** Captures of lines without any stamp. */
const unstamped: Readonly<Record<string, Capture>> = {
  none: (line) => line,
  GitLab: before((number) => `2026-11-25T03:14:${second(number)}.345678Z 01O `),
  'GitLab, standard error': before('2026-11-25T03:14:15.345678Z 02E '),
  'GitHub Actions': before((number) => `2026-11-25T03:14:${second(number)}.3456789Z `),
  Jenkins: before('[2026-11-25T03:14:15.345Z] '),
  'Jenkins, pipeline': before('[Pipeline] '),
  LAVA: before('2026-11-25T03:14:15.345678 '),
  'LAVA, YAML': (line) => `- {dt: '2026-11-25T03:14:15.345678', lvl: target, msg: '${line.replaceAll("'", "''")}'}`,
  openQA: before('[2026-11-25T03:14:15.345678+01:00] [debug] [pid:12345] '),
  'virtme-ng': before('host | '),
  'docker compose': before('vm-1  | '),
  tmt: before('            out: '),
  kselftest: before('# '),
  quoted: before('> '),
  'quoted twice': before('> > '),
  Markdown: before('    '),
  labgrid: before('serial> '),
  Avocado: before((number) => `2026-11-25 03:14:${second(number)},345 avocado.test INFO | `),
  'a shell traces': before('++ '),
  QEMU: before('qemu-system-x86_64: '),
  'a test runner with a number': before((number) => `vm 3, line ${number}: `),
  pytest: before('E       '),
  tab: before('\t'),
  kubectl: before('pod/vm-0 serial: '),
  netconsole: before((number) => `4,${number},${12_345_678 + number},-;`),
  'netconsole with the release': before((number) => `6.12.117,4,${number},${12_345_678 + number},-;`),
  'netconsole with the release of a distribution': before(
    (number) => `6.1.0-18-amd64,4,${number},${12_345_678 + number},-;`,
  ),
  'netconsole through a server': before((number) => `10.0.0.7 4,${number},${12_345_678 + number},-;`),
  'a caller': before('[   T77] '),
  'dmesg -x': before('kern  :warn  : '),
  'dmesg -r': before('<4>'),
  'dmesg -T': before('[Wed Nov 25 03:14:15 2026] '),
  'dmesg -T in French': before('[mer. nov. 25 03:14:15 2026] '),
  'dmesg -T in Chinese': before('[三 11月 25 03:14:15 2026] '),
  'dmesg -H': before((number) => (number === 0 ? '[Nov25 03:14] ' : '[  +0.000137] ')),
  'dmesg -H in Chinese': before((number) => (number === 0 ? '[11月25 03:14] ' : '[  +0.000137] ')),
  'journal, short': before('Nov 25 03:14:15 host kernel: '),
  'journal, without host': before('Nov 25 03:14:15 kernel: '),
  'journal, short-precise': before('Nov 25 03:14:15.345678 host kernel: '),
  'journal, short-iso': before('2026-11-25T03:14:15+01:00 host.example.com kernel: '),
  'journal, short-iso-precise': before('2026-11-25T03:14:15.345678+0100 host kernel: '),
  'journal, short-full': before('Wed 2026-11-25 03:14:15 CET host kernel: '),
  'journal, with-unit': before('Wed 2026-11-25 03:14:15 CET host kernel[n/a]: '),
  'journal, short-monotonic': before((number) => `[   12.${345_678 + number}] host kernel: `),
  'journal, short-unix': before('1795576455.345678 host kernel: '),
  busybox: before('Nov 25 03:14:15 host kern.warn kernel: '),
  OpenWrt: before('Wed Nov 25 03:14:15 2026 kern.warn kernel: '),
  'syslog-ng': before('2026 Nov 25 03:14:15 10.0.0.7 kernel: '),
  logcat: before('11-25 03:14:15.345     0     0 W         : '),
  wall: before(' kernel:'),
  'U+00A0': (line) => line.replaceAll(' ', '\u00A0'),
  'a web page': (line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'CR and LF': (line) => `${line}\r`,
  ...Object.fromEntries(months.map((month) => [`journal, ${month}`, before(`${month} 25 03:14:15 host kernel: `)])),
  ...Object.fromEntries(months.map((month) => [`journal, 25 ${month}`, before(`25 ${month} 03:14:15 host kernel: `)])),
}

function essence({ kind, title, fingerprint, start, end, corrupted }: Splat): unknown {
  return { kind, title, fingerprint, start, end, corrupted }
}

const oops = texts('null-dereference').slice(2)

for (const [name, capture] of Object.entries(unstamped)) {
  void test(`an oops without stamps, captured by ${name}`, (t) => {
    const found = findSplats(oops.map(capture))
    t.match(found, [{ kind: 'oops', title: 'NULL pointer dereference in kvm_gmem_get_pfn', corrupted: undefined }])
    t.equal(found.length, 1)
    t.strictSame(found.map(essence), findSplats(oops).map(essence))
    t.end()
  })
}

const logs = readdirSync(path.join(import.meta.dirname, '../golden'))
  .map((file) => path.parse(file))
  .filter(({ ext }) => ext === '.log')
  .map(({ name }) => name)
  // Its first line is of the boot loader: the prefixes of such lines are not learned while the kernel writes stamps.
  .filter((name) => name !== 'early-boot')

/** Whether each line has a stamp, so that none is of a program. */
function isWhollyStamped(log: string): boolean {
  return goldenLines(log).every((line) => /\[ *\d+\.\d+\]/.test(line))
}

const ofAll = Object.entries(stamped).map((capture) => [...capture, logs] as const)
const ofKernels = Object.entries(ofKernel).map((capture) => [...capture, logs.filter(isWhollyStamped)] as const)

for (const [name, capture, some] of [...ofAll, ...ofKernels]) {
  void test(`each golden log, captured by ${name}`, (t) => {
    for (const log of some) {
      const lines = goldenLines(log)
      const wanted = findSplats(lines, { isRunning: false })
      t.strictSame(findSplats(lines.map(capture), { isRunning: false }).map(summary), wanted.map(summary), log)
    }
    t.end()
  })
}
