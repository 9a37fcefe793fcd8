// Bad days of the kernel: bugs that are put into it while it runs, so that all that it says about them is real.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test, type Test } from 'tap'
import { findExecutable } from '../../../harness/process/executable.ts'
import { qemu } from '../../../harness/vm/arguments.ts'
import { badDay } from '../fixtures/bad-day.ts'

/** An environment in which each QEMU has a gdb stub on a socket of its own. */
async function withStub(t: Test): Promise<Readonly<Record<string, string>>> {
  // The path of a socket may have 107 bytes.
  const directory = await mkdtemp(path.join(tmpdir(), 'gmemtest-gdb-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const program = path.join(directory, qemu)
  const stub = `-gdb "unix:${directory}/$$.gdb,server=on,wait=off"`
  await writeFile(program, `#!/bin/sh\nexec ${findExecutable(qemu)} "$@" ${stub}\n`)
  await chmod(program, 0o755)
  return { PATH: `${directory}:${process.env['PATH']}`, BAD_DAYS_GDB: directory }
}

void test('an oops without a panic, a BUG in the thread of a virtual CPU, a soft lockup: FAIL', async (t) => {
  const names = ['bug-in-vcpu-thread', 'oops-without-panic', 'soft-lockup', 'f-passes']
  // No state of such an instance belongs into the cache.
  const day = await badDay(t, names, { options: ['--isolation', 'none'], env: await withStub(t) })
  t.equal(day.exitCode, 1, day.stderr)
  t.strictSame(day.points, [
    'not ok bug-in-vcpu-thread',
    'ok f-passes',
    'not ok oops-without-panic',
    'not ok soft-lockup',
  ])
  t.strictSame(day.verdicts, ['FAIL', 'FAIL', 'FAIL'])
  for (const text of [
    /problem: "kernel splat: kernel BUG at arch\/x86\/kernel\/alternative\.c:\d+!/,
    /trace: .*- kvm_vcpu_ioctl\+0x\S+ virt\/kvm\/kvm_main\.c:\d+ /,
    /problem: "kernel splat: BUG: kernel NULL pointer dereference/,
    /trace: - .?RIP: kvm_gmem_fallocate\+0x\S+ virt\/kvm\/guest_memfd\.c:\d+/,
    /problem: "kernel splat: watchdog: BUG: soft lockup - CPU#\d stuck for \d+s! \[agent:\d+\]/,
  ]) {
    t.match(day.tap, text)
  }
})
