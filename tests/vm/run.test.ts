// `gmemtest run` on a real kernel in a real VM: good days, bad days, and nothing left behind.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'tap'
import { inProject } from '../../harness/base/paths.ts'
import { gmemtest, qemusWith, strictlyParsed, until } from './fixtures/command.ts'

/** How many instances there were. */
async function instancesOf(output: string): Promise<number> {
  const console = await readFile(path.join(output, 'console.log'), 'utf8')
  return console.match(/^gmemtest: a virtual machine, /gm)?.length ?? 0
}

void test('scenarios on a real kernel', async (t) => {
  const output = t.testdir()
  const ran = await gmemtest('run', '--output', output, 'contents-survive', 'default-state').ended
  t.equal(ran.exitCode, 0, ran.stderr)
  t.match(ran.stdout, /^TAP version 14\n1\.\.2\nok 1 - contents-survive-conversion: .*\nok 2 - default-state/)
  t.equal(await strictlyParsed(ran.stdout), 0)
  t.equal(await readFile(path.join(output, 'results.tap'), 'utf8'), ran.stdout)
  t.match(await readFile(path.join(output, 'console.log'), 'utf8'), /contents-survive-conversion begins/)
  const provenance: unknown = JSON.parse(await readFile(path.join(output, 'provenance.json'), 'utf8'))
  t.match(provenance, { kernel: { definition: 'gmem-convert' }, qemu: { version: /QEMU/ }, accelerator: {} })
  const events = (await readFile(path.join(output, 'results.jsonl'), 'utf8')).trimEnd().split('\n')
  t.match(JSON.parse(events.at(-1) ?? ''), { type: 'run-finished', verdicts: { PASS: 2, FAIL: 0 } })
})

void test('bad days lose nothing', async (t) => {
  const output = t.testdir()
  const scenarios = inProject('tests/vm/fixtures/bad-days')
  const ran = await gmemtest('run', '--isolation', 'none', '--scenarios', scenarios, '--output', output, '?-*').ended
  t.equal(ran.exitCode, 1, ran.stderr)
  const points = ran.stdout.split('\n').filter((line) => /^(not )?ok /.test(line))
  t.strictSame(
    points.map((line) => line.replace(/:.*/, '')),
    [
      'ok 1 - a-passes',
      'not ok 2 - b-panics',
      'not ok 3 - c-splat',
      'not ok 4 - d-hangs',
      'not ok 5 - e-check',
      'ok 6 - f-passes',
    ],
  )
  for (const text of [
    /problem: "kernel splat: Kernel panic - not syncing: sysrq triggered crash"/,
    /problem: "kernel splat: WARNING: CPU: 0 PID: 1 at/,
    /problem: "?d-hangs took longer than \d.* readFile\(.*\) is stuck in it: .* in devkmsg_read/,
    /seen: - .* - " ?devkmsg_read\+0x/,
    /problem: "creating a file of 4095 bytes: wanted OK, found EINVAL"/,
    /at: tests\/vm\/fixtures\/bad-days\/e-check\.ts:10/,
    /again: (>- )?\.\/gmemtest run --kernel gmem-convert .* e-check/,
  ]) {
    // YAML folds long lines.
    t.match(ran.stdout.replaceAll(/\s+/g, ' '), text)
  }
  // After each of the four that did not pass, a new one.
  t.equal(await instancesOf(output), 5)
  t.strictSame(await qemusWith(output), [], 'no QEMU is left')
})

void test('pools and boot variants: few boots, and nothing that is passed over in silence', async (t) => {
  const output = t.testdir()
  const scenarios = inProject('tests/vm/fixtures/pools')
  const args = ['--isolation', 'none', '--scenarios', scenarios, '--output', output]
  const ran = await gmemtest('run', ...args).ended
  t.equal(ran.exitCode, 69, ran.stderr)
  const points = ran.stdout.split('\n').filter((line) => /^(not )?ok /.test(line))
  t.strictSame(
    points.map((line) => line.replace(/:.*(?<skip> # SKIP).*|:.*/, '$<skip>')),
    ['ok 1 - a-plain', 'ok 2 - b-gigantic', 'ok 3 - d-hvo', 'ok 4 - e-skipped # SKIP', 'not ok 5 - c-too-large'],
  )
  t.match(ran.stderr, /c-too-large needs an instance with \d+ MiB .* \d+ MiB are available on this computer\n +hint:/)
  t.equal(await instancesOf(output), 3)
  t.strictSame(await qemusWith(output), [], 'no QEMU is left')
})

void test('a plain instance that no test wants is given up', async (t) => {
  const output = t.testdir()
  const scenarios = inProject('tests/vm/fixtures/pools')
  const ran = await gmemtest('run', '--isolation', 'none', '--scenarios', scenarios, '--output', output, 'b-gigantic')
    .ended
  t.equal(ran.exitCode, 0, ran.stderr)
  t.strictSame(
    (await readdir(output)).filter((name) => name.startsWith('console')),
    ['console.log'],
  )
  t.equal(await instancesOf(output), 1)
  const console = await readFile(path.join(output, 'console.log'), 'utf8')
  t.equal(console.match(/Linux version/g)?.length, 1)
  const provenance = await readFile(path.join(output, 'provenance.json'), 'utf8')
  t.match(JSON.parse(provenance), { qemu: { commands: [/hugepagesz=1G hugepages=2/] } })
})

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGKILL', null],
] as const) {
  void test(`${signal} leaves no QEMU behind`, async (t) => {
    const output = t.testdir()
    const scenarios = inProject('tests/vm/fixtures/bad-days')
    const { child, ended } = gmemtest('run', '--scenarios', scenarios, '--output', output, 'd-hangs')
    t.ok(await until(async () => (await qemusWith(output)).length > 0, 30), 'QEMU runs')
    child.kill(signal)
    const ran = await ended
    t.equal(ran.exitCode, exitCode)
    t.ok(await until(async () => (await qemusWith(output)).length === 0, 5), 'QEMU is gone')
    if (signal !== 'SIGKILL') t.match(ran.stdout, /^TAP version 14\n1\.\.1\nBail out! interrupted by SIG/)
  })
}
