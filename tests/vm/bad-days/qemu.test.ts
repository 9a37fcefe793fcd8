// Bad days of QEMU: the kernel gets no verdict.
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { findExecutable } from '../../../harness/process/executable.ts'
import { qemu } from '../../../harness/vm/arguments.ts'
import { badDay } from '../fixtures/bad-day.ts'

void test('QEMU is killed or stopped each time: MISS after a second try', async (t) => {
  const day = await badDay(t, ['qemu-killed-each-time', 'qemu-stopped'])
  t.equal(day.exitCode, 69, day.stderr)
  t.strictSame(day.points, ['not ok qemu-killed-each-time', 'not ok qemu-stopped'])
  t.strictSame(day.verdicts, ['MISS', 'MISS'])
  t.match(day.tap, /problem: QEMU ended by SIGKILL first_try: QEMU ended by SIGKILL/)
  t.match(day.tap, /problem: "qemu-stopped took .*; QEMU is stopped: .*" first_try: /)
})

void test('QEMU is killed once: PASS in the second try, which is said', async (t) => {
  const day = await badDay(t, ['qemu-killed-once'])
  t.equal(day.exitCode, 0, day.stderr)
  t.strictSame(day.points, ['ok qemu-killed-once'])
  t.match(day.tap, /# qemu-killed-once was tried again: QEMU ended by SIGKILL/)
  t.match(day.stderr, /qemu-killed-once: QEMU ended by SIGKILL; trying once more/)
})

void test('QEMU does not get the memory of the instance: MISS', async (t) => {
  const directory = t.testdir({})
  const program = path.join(directory, qemu)
  await writeFile(program, `#!/bin/sh\nexec prlimit --as=700000000 ${findExecutable(qemu)} "$@"\n`)
  await chmod(program, 0o755)
  await t.test('with less than that to spend', async (t) => {
    const env = { PATH: `${directory}:${process.env['PATH']}` }
    const day = await badDay(t, ['a-passes', 'f-passes'], { options: ['--isolation', 'boot'], env })
    t.equal(day.exitCode, 69, day.stderr)
    t.match(day.stderr, /QEMU could not start: .*memory/)
  })
})
