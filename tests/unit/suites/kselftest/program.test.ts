// What programs say of themselves, and where their exit code is not to be believed.
import { test } from 'tap'
import { sayingOf, type ProgramEnd, type Saying } from '../../../../harness/suites/kselftest/program.ts'

function end(exitCode: number | undefined, stdout = '', more: Partial<ProgramEnd> = {}): ProgramEnd {
  return { exitCode, signal: undefined, stdout, stderr: '', ...more }
}

const assertion = `==== Test Assertion Failure ====
  guest_memfd_test.c:99: fd == -1 && errno == EINVAL
  pid=77 tid=77 errno=9 - Bad file descriptor
  (stack trace empty)
  guest_memfd() with a bad size should have failed
`
const twoPoints = 'TAP version 13\n1..2\nok 1 maps\nok 2 faults\n'

type Row = readonly [what: string, end: ProgramEnd, verdict: Saying['verdict'], message: RegExp]

const rows: readonly Row[] = [
  ['a program without points', end(0, 'Random seed: 0x1\n'), 'pass', /^$/],
  ['all points are good', end(0, twoPoints), 'pass', /^$/],
  ['a point fails', end(1, twoPoints.replace('ok 2', 'not ok 2')), 'fail', /^1 of 2 points failed: faults$/],
  [
    'a point fails and the exit code does not say so',
    end(0, twoPoints.replace('ok 2', 'not ok 2')),
    'fail',
    /^1 of 2 points failed: faults$/,
  ],
  ['a failure that was expected', end(0, twoPoints.replace('ok 2 faults', 'not ok 2 f # XFAIL later')), 'pass', /^$/],
  [
    'points are missing',
    end(0, twoPoints.replace('1..2', '1..3')),
    'broken',
    /^line 4 of its output: 1 of 3 planned tests has no result$/,
  ],
  [
    'points are missing, and the exit code is bad',
    end(1, twoPoints.replace('1..2', '1..3')),
    'fail',
    /^exit code 1; line 4 of its output: 1 of 3 planned/,
  ],
  ['no plan', end(0, 'TAP version 13\nok 1 maps\n'), 'broken', /^its output has no plan/],
  [
    'a plan for less',
    end(0, twoPoints.replace('1..2', '1..1')),
    'broken',
    /^line 4 of its output: 1 result after the 1 planned test, which is not counted: faults/,
  ],
  [
    'wrong numbers',
    end(0, twoPoints.replace('ok 2', 'ok 3')),
    'broken',
    /^line 4 of its output: faults: it has number 3/,
  ],
  [
    'totals that are not true',
    end(0, `${twoPoints}# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0\n`),
    'broken',
    /^line 5 of its output: the totals say/,
  ],
  [
    'it skips',
    end(4, '1..0 # SKIP - Requirement not met: kvm_has_cap(231)\n'),
    'skip',
    /^Requirement not met: kvm_has_cap\(231\)$/,
  ],
  ['it skips without a reason', end(4), 'skip', /^the program gives no reason$/],
  ['it skips and says 0', end(0, 'TAP version 13\n1..0 # SKIP no KVM\n'), 'skip', /^no KVM$/],
  ['it skips all points', end(4, 'TAP version 13\n1..1\nok 1 maps # SKIP no pages\n'), 'skip', /^no pages$/],
  [
    'it skips after something has passed',
    end(4, 'TAP version 13\n1..2\nok 1 maps\n'),
    'broken',
    /a skip \(exit code 4\), after 1 of its points had passed$/,
  ],
  [
    'it skips after its plan was fulfilled',
    end(4, twoPoints),
    'broken',
    /a skip \(exit code 4\), after 2 of its points/,
  ],
  [
    'an assertion',
    end(254, '', { stderr: assertion }),
    'fail',
    /^an assertion failed: fd == -1 && errno == EINVAL; guest_memfd\(\) with a bad size should have failed; errno 9 - Bad file descriptor$/,
  ],
  [
    'an assertion that ends in the exit code of a skip',
    end(4, '1..0 # SKIP Access denied - Exiting\n', {
      stderr: assertion.replace('9 - Bad file descriptor', '13 - Permission denied'),
    }),
    'fail',
    /errno 13 - Permission denied \(its exit code says that it was skipped: KVM does so after EACCES\)$/,
  ],
  [
    'an assertion in a child',
    end(0, twoPoints, { stderr: assertion }),
    'fail',
    /\(its exit code says that it passed\)$/,
  ],
  ['an assertion, and points that passed', end(254, twoPoints, { stderr: assertion }), 'fail', /^an assertion failed/],
  ['it does not end', end(undefined, twoPoints, { timedOut: 45 }), 'fail', /^it did not end within 45 s$/],
  ['its own time limit', end(124), 'fail', /exit code 124/],
  ['a signal', end(undefined, '', { signal: 'SEGV' }), 'broken', /^it was ended by SEGV$/],
  ['a signal as a shell has it', end(139), 'broken', /^it was ended by signal 11$/],
  ['it does not start', end(127), 'broken', /could not be started/],
  ['it bails out', end(1, 'TAP version 13\n1..1\nBail out! no memory\n'), 'fail', /^Bail out! no memory$/],
  ['it bails out before its plan', end(1, 'TAP version 13\nBail out! no memory\n'), 'fail', /^Bail out! no memory$/],
  ['it fails without a word', end(1), 'fail', /^exit code 1$/],
  ['it was expected to fail', end(2, twoPoints.replace('ok 2 faults', 'not ok 2 faults # XFAIL later')), 'pass', /^$/],
  ['it ends with 2 and has no points', end(2), 'fail', /^exit code 2$/],
  ['it ends with 2, and no point was expected to fail', end(2, twoPoints), 'fail', /^exit code 2$/],
  ['it was expected to fail and did not', end(3), 'fail', /has passed/],
]

for (const [what, program, verdict, message] of rows) {
  void test(what, (t) => {
    const saying = sayingOf(program)
    t.equal(saying.verdict, verdict)
    t.match(saying.message, message)
    t.end()
  })
}

void test('where an assertion is, and the points as TAP 14 has them', (t) => {
  const output = `TAP version 13
1..4
ok 1 maps
not ok 2 faults # XFAIL later
ok 3 # SKIP no pages
not ok 4 pins # TIMEOUT 45 seconds
`
  const { at, points } = sayingOf(end(254, output, { stderr: assertion }))
  t.equal(at, 'guest_memfd_test.c:99')
  t.same(points, [
    { ok: true, name: 'maps' },
    { ok: false, name: 'faults', directive: 'TODO', reason: 'XFAIL later' },
    { ok: true, name: 'no pages', directive: 'SKIP', reason: 'no pages' },
    { ok: false, name: 'pins' },
  ])
  t.end()
})
