// Splats leave the parser once, and doubtful ones only when the log is known.
import { test } from 'tap'
import { SplatGate, type Origin } from '../../../../harness/console/parser/splat-gate.ts'
import { findSplats } from '../../../../harness/console/find-splats.ts'
import { goldenLines } from '../fixtures/golden.ts'

const [splat] = findSplats(goldenLines('warning'))
const sure: Origin = { time: 1, caller: undefined, returns: 0, isDoubtful: false, prefix: undefined }

/** Behind lines with earlier stamps. */
const copy: Origin = { ...sure, returns: 1 }

/** Takes the splat of these origins, and counts how many come out. */
function counted(origins: readonly Origin[], isStamped: boolean, proven: readonly string[] = []): number {
  let count = 0
  const gate = new SplatGate(() => (count += 1))
  for (const origin of origins) if (splat !== undefined) gate.take(splat, origin)
  gate.end({ isStamped, isProven: (prefix) => proven.includes(prefix) })
  return count
}

void test('a splat of the same moment and context is a copy', (t) => {
  t.equal(counted([sure, copy], true), 1)
  t.equal(counted([sure, sure], true), 2, 'a coarse clock gives two splats the same stamp')
  t.equal(counted([sure, { ...copy, time: 2 }], true), 2)
  t.equal(
    counted(
      [
        { ...sure, caller: 'T1' },
        { ...copy, caller: 'T2' },
      ],
      true,
    ),
    2,
  )
  t.equal(counted([{ ...sure, caller: 'T1' }, copy], true), 1, 'an older dmesg does not print callers')
  t.equal(
    counted(
      [
        { ...sure, time: undefined },
        { ...sure, time: undefined },
      ],
      true,
    ),
    2,
  )
  t.end()
})

void test('a line of any program counts only when the kernel writes no stamps', (t) => {
  const doubtful = { ...sure, time: undefined, isDoubtful: true }
  t.equal(counted([doubtful], true), 0)
  t.equal(counted([doubtful], false), 1)
  t.equal(
    counted(
      Array.from({ length: 1500 }, () => doubtful),
      true,
    ),
    500,
    'so many of them cannot be of programs',
  )
  t.end()
})

void test('a line behind an unknown prefix counts when a dump proves the prefix later', (t) => {
  const unknown = { ...sure, time: undefined, prefix: 'vm: ' }
  t.equal(counted([unknown], false), 0)
  t.equal(counted([unknown], false, ['vm: ']), 1)
  t.equal(counted([unknown], true, ['vm: ']), 0)
  t.end()
})
