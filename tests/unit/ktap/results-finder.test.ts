// Test results are found in a log by a version line or a plan, in chunks of any size.
import { test } from 'tap'
import { ResultsFinder } from '../../../harness/ktap/results-finder.ts'

function isFoundIn(log: string, size: number): boolean {
  const finder = new ResultsFinder()
  const bytes = Buffer.from(log)
  for (let start = 0; start < bytes.length; start += size) finder.write(bytes.subarray(start, start + size))
  return finder.isFound
}

const logs = {
  'a version line of KTAP': 'KTAP version 1\n',
  'a version line of TAP': 'TAP version 14\n',
  'a stamp': '[    1.200000] KTAP version 1\n',
  'a stamp and a caller': '[    1.200000][    T1] KTAP version 1\n',
  'the journal': 'Nov 29 22:00:00 host kernel: KTAP version 1\n',
  'a quoted document': '# TAP version 13\n',
  'carriage returns': 'booted\r\nTAP version 13\r\n',
  'a coloured stamp': '\u001b[32m[    1.200000] \u001b[0mKTAP version 1\n',
  'a last line without a line feed': 'booted\nTAP version 13',
  'a plan': 'booted\n1..12\nok 1\n',
  'a plan to run nothing': '1..0 # SKIP no KVM\n',
  'a plan of a subtest': '[    1.200000]     1..3\n',
  'a sign behind a long line': `${'x'.repeat(100_000)}\nTAP version 13\n`,
}
for (const [name, log] of Object.entries(logs)) {
  void test(`found: ${name}`, async (t) => {
    for (const size of [1, 7, 1 << 20]) t.ok(isFoundIn(log, size), `in chunks of ${size}`)
  })
}

const others = {
  'an ordinary log': '[    0.100000] kvm: Nested Paging enabled\n[    0.200000] fine\n',
  'a range in a message': '[    0.100000] node 0: pages 1..8\n[    0.100000] ids: 1..8\n',
  'a mention of a version line': 'a log begins with KTAP version 1\n',
  'a version line with more behind it': 'TAP version 13 or 14\n',
  'no text': '',
  'the end of a long line': `${'x'.repeat(100_000)}: TAP version 13\n`,
}
for (const [name, log] of Object.entries(others)) {
  void test(`not found: ${name}`, async (t) => {
    for (const size of [1, 7, 1 << 20]) t.notOk(isFoundIn(log, size), `in chunks of ${size}`)
  })
}
