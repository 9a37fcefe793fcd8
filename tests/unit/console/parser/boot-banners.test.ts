// Unexpected boot banners, in logs of one instance and of several.
import { test } from 'tap'
import { findSplats } from '../../../../harness/console/find-splats.ts'

const banner = '[    0.000000] Linux version 6.12.117 (gcc) #1 SMP'
const stopped = 'Nov 27 00:00:01 host systemd-journald[300]: Journal stopped'
const journalBanner = 'Nov 27 00:01:00 host kernel: Linux version 6.12.117 (gcc) #1 SMP'
const journalBoot = `-- Boot ${'7f3c'.repeat(8)} --`
const late = '[   61.000000] usb 1-1: new device'
const booted = 'gmemtest: a virtual machine, booted to be saved, plain'
const restored = 'gmemtest: a virtual machine, restored, plain'
const marker = '[    7.046679][   T55] gmemtest: scenario a begins'

const logs: Readonly<Record<string, readonly [lines: readonly string[], reboots: number]>> = {
  'one boot': [[banner, late], 0],
  'two boots': [[banner, late, banner], 1],
  'after a goodbye': [[banner, '[   62.000000] reboot: Restarting system', banner], 0],
  'two instances that boot': [[booted, banner, late, booted, banner], 0],
  'one instance that boots twice': [[booted, banner, late, banner], 1],
  'an instance that was killed within a line': [[booted, banner, `${late}${booted}`, banner], 0],
  'copies of an instance that has booted': [[booted, banner, restored, marker, restored, marker], 0],
  'a copy that boots': [[booted, banner, restored, marker, banner], 1],
  'a copy that boots, alone': [[restored, marker, banner], 1],
  'a journal of two boots': [[journalBanner, stopped, journalBoot, journalBanner], 0],
  'an older journal of two boots': [[journalBanner, stopped, '-- Reboot --', journalBanner], 0],
  'a journal that was not stopped': [[journalBanner, journalBoot, journalBanner], 1],
  'a journal that was stopped long before': [
    [journalBanner, stopped, ...Array<string>(9).fill('Nov 27 00:00:02 host kernel: fine'), journalBoot, journalBanner],
    1,
  ],
}

for (const [name, [lines, reboots]] of Object.entries(logs)) {
  void test(name, (t) => {
    const found = findSplats(lines, { isRunning: false })
    t.strictSame(
      found.map(({ kind }) => kind),
      Array<string>(reboots).fill('reboot'),
    )
    t.end()
  })
}

void test('a splat does not continue in the log of another instance', (t) => {
  const report = ['[    1.0] WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 foo+0x1/0x2', '[    1.0] Call Trace:']
  const found = findSplats([booted, ...report, booted, banner, '[    1.0]  bar+0x1/0x2'], {
    isRunning: false,
  })
  t.match(found, [{ kind: 'warning', corrupted: /the log of its instance ends within it/ }])
  t.equal(found.length, 1)
  t.end()
})

void test('the log of one instance has no influence on the next one', (t) => {
  const trace = [
    '[    7.2] foo: something is odd',
    '[    7.2] CPU: 0 UID: 0 PID: 4 Comm: a Not tainted 6.15.0 #17',
    '[    7.2] Call Trace:',
    '[    7.2]  <TASK>',
    '[    7.2]  bar+0x1/0x2',
    '[    7.2]  </TASK>',
  ]
  const asked = ['[    7.0] sysrq: Show Blocked State']
  t.equal(findSplats([restored, ...asked, restored, ...trace]).length, 1, 'its trace was not requested')
  const cut = '[    7.1] WARNING: CPU: 0 PID: 1 at kernel/foo.c:1 foo+0x1/0x2'
  const [, second] = findSplats([restored, marker, cut, restored, ...trace])
  t.equal(second?.scenario, undefined)
  t.equal(second?.corrupted, undefined)
  t.end()
})
