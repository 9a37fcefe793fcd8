// A log that repeats itself, as `dmesg` at its end does, and a log of several boots.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { ConsoleParser } from '../../../../harness/console/console-parser.ts'

const banner = '[    0.000000] Linux version 6.12.117 (gcc) #1 SMP'
const early = '[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd034]'
const boot = ['[    0.123456] pci 0000:00:00.0: found', '[    1.234567] Run /init as init process']
const warning = [
  '[   10.000001] ------------[ cut here ]------------',
  '[   10.000002] WARNING: CPU: 0 PID: 77 at fs/frob.c:12 do_frob+0x12/0x30',
  '[   10.000003] CPU: 0 UID: 0 PID: 77 Comm: agent Not tainted 6.12.117 #1',
  '[   10.000004] RIP: 0010:do_frob+0x12/0x30',
  '[   10.000005] Call Trace:',
  '[   10.000006]  <TASK>',
  '[   10.000007]  do_outer+0x6/0x10',
  '[   10.000008]  </TASK>',
  '[   10.000009] ---[ end trace 0000000000000000 ]---',
]
const log = [banner, ...boot, ...warning]
const armLog = [early, ...log]

/** The lines of the same kernel, a moment later. */
function later(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^\[ *(\d+)\.(\d{5})\d/, (_, before, after) => `[    ${before}.${after}9`))
}

const logs: Readonly<Record<string, readonly [lines: readonly string[], kinds: readonly string[]]>> = {
  'dmesg prints the log again': [[...log, '/ # dmesg', ...log, '/ # '], ['warning']],
  'dmesg prints it twice': [[...log, ...log, ...log], ['warning']],
  'dmesg of arm64': [[...armLog, '/ # dmesg', ...armLog], ['warning']],
  'dmesg prints lines that the console does not show': [
    [
      banner,
      boot[0] ?? '',
      ...warning,
      '/ # dmesg',
      banner,
      '[    0.100000] quiet',
      ...boot,
      '[    2.000000] quiet',
      ...warning,
    ],
    ['warning'],
  ],
  'the buffer has lost the first lines': [[...log, ...log.slice(2)], ['warning']],
  'the end of the log': [[...log, '/ # dmesg | tail', ...log.slice(-9)], ['warning']],
  'one line of the log': [[...log, '/ # dmesg | grep WARN', warning[1] ?? ''], ['warning']],
  'the beginning of the log': [[...log, '/ # dmesg | head -1', banner, '[   12.000000] up'], ['warning']],
  'a console that is registered late': [
    [banner, '[    0.100000] printk: console [ttyS0] enabled', ...log],
    ['warning'],
  ],
  'a reboot': [
    [...log, banner, ...later(boot)],
    ['warning', 'reboot'],
  ],
  'a reboot of arm64': [
    [...armLog, early, banner, ...later(boot)],
    ['warning', 'reboot'],
  ],
  'a reboot with the same splat again': [
    [...log, banner, ...later(boot), ...later(warning)],
    ['warning', 'reboot', 'warning'],
  ],
  'a reboot that ends at once': [
    [...log, banner],
    ['warning', 'reboot'],
  ],
  'a reboot without a banner': [
    [...log, '[    0.000000] Command line: console=ttyS0', ...later(boot)],
    ['warning', 'reboot'],
  ],
  'a reboot that an early console shows': [
    [...log, 'Booting the kernel.', ...later(boot)],
    ['warning', 'reboot'],
  ],
  'a reboot with an early console and a banner': [
    [
      ...log,
      'early console in extract_kernel',
      'Booting the kernel.',
      banner,
      '[    0.000000] Command line: a',
      ...later(boot),
    ],
    ['warning', 'reboot'],
  ],
  'the first boot with an early console': [
    ['early console in setup code', 'Booting the kernel.', banner, '[    0.000000] Command line: a', ...boot],
    [],
  ],
  'a reboot while programs ran': [
    ['localhost login: root', 'Booting the kernel.', '[    0.000000] Command line: a'],
    ['reboot'],
  ],
}

for (const [name, [lines, kinds]] of Object.entries(logs)) {
  void test(name, (t) => {
    const found = findSplats(lines, { isRunning: false })
    t.strictSame(
      found.map(({ kind }) => kind),
      kinds,
    )
    const byLine: string[] = []
    const parser = new ConsoleParser({ onSplat: ({ kind, start }) => (byLine[start] = kind) })
    for (const line of lines) parser.write(`${line}\n`)
    parser.end()
    t.strictSame(Object.values(byLine), kinds, 'line by line')
    t.end()
  })
}

void test('the title of a reboot has the version, when there is a banner', (t) => {
  t.match(findSplats([early, banner]), [{ title: 'unexpected boot of Linux 6.12.117', start: 1 }])
  t.match(findSplats([early, ...boot]), [{ title: 'unexpected boot', start: 0 }])
  t.end()
})
