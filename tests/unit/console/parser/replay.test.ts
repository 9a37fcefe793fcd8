// A copy of the log has the same stamps as the log, a reboot has others.
import { test } from 'tap'
import { Replay } from '../../../../harness/console/parser/replay.ts'

const boot = ['[    0.100000] a\n', '[    0.200001][    T1] b\n', '[    0.300000] c\n']

/** Reads the lines behind two banners. */
function concluded(first: readonly string[], second: readonly string[], since = 0): string {
  const replay = new Replay()
  replay.start(0, true)
  for (const line of first) replay.follow(line, 0)
  replay.start(since, true)
  for (const line of second) replay.follow(line, 0)
  return replay.conclude()
}

void test('the same stamps are a copy, other stamps a reboot', (t) => {
  t.equal(concluded(boot, boot), 'copy')
  t.equal(concluded(boot, boot.slice(1)), 'copy')
  t.equal(concluded(boot, ['[    0.150000] quiet\n', ...boot]), 'copy')
  t.equal(concluded(boot, ['[    0.100001] a\n']), 'reboot')
  t.equal(concluded(boot, ['[    0.100000] a\n', '[    0.200009] b\n']), 'reboot')
  t.equal(concluded(boot, []), 'reboot')
  t.equal(concluded([], boot), 'reboot')
  t.end()
})

void test('stamps that go on show that only a part of the log was printed', (t) => {
  t.equal(concluded(boot, ['[   12.000000] up\n'], 10), 'copy')
  t.equal(concluded(boot, ['[    0.500000] up\n', '[   12.000000] up\n'], 10), 'reboot')
  t.end()
})

void test('the lines behind the next banner belong to another boot', (t) => {
  const replay = new Replay()
  replay.start(0, true)
  replay.follow(`${boot[0]}[    0.000000] Linux version 6.12\n[    0.700000] d\n`, 0)
  replay.start(0, true)
  replay.follow('[    0.700000] d\n', 0)
  t.equal(replay.conclude(), 'reboot')
  t.end()
})
