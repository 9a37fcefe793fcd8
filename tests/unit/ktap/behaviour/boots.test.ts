// Logs of several boots, and results that the kernel prints into those of a program: no failure in them is lost.
import { test } from 'tap'
import { readLog } from '../../../../harness/ktap/read.ts'
import { numbers, problems } from '../fixtures/shown.ts'

const stamped = (log: string): string => log.replaceAll(/^/gm, '[    1.500000][    T1] ').replace(/\[[^\n]*$/, '')
const flat = (word: string): string => `KTAP version 1\n1..2\nok 1 one\n${word} 2 two\n`
const tap = (word: string, before = ''): string => `TAP version 13\n1..2\nok 1 one\n${before}${word} 2 two\n`

/** What two boots print, with the last line of the first one. */
const boots = (word: string, end: string): string =>
  stamped(`${flat('ok')}${end}\nnot ok 9 x\nLinux version 6.12.0\n${flat(word)}`)

for (const end of [
  'reboot: System halted',
  'Kernel panic - not syncing: VFS: Unable to mount root fs',
  'List of all partitions:',
]) {
  void test(`a boot behind '${end}'`, (t) => {
    t.same(numbers(readLog(boots('not ok', end))), [3, 1, 0, 0], 'its failure counts')
    const report = readLog(boots('ok', end))
    t.same(numbers(report), [4, 0, 0, 0])
    t.same(problems(report), [], 'what the first kernel prints after its end is left out')
    t.end()
  })
}

void test('results of a module, within those of a program that loads it', (t) => {
  const report = readLog(tap('ok', stamped(flat('not ok'))))
  t.same(numbers(report), [2, 0, 0, 0], 'they are not counted')
  t.same(problems(report), ['7 : in the log of the kernel: not ok 2 two'], 'a failure is a problem')
  t.same(problems(readLog(tap('ok', stamped(flat('ok'))))), [])
  t.same(problems(readLog(tap('ok', stamped('not ok 1 x # SKIP no device\n')))), [], 'a skip is no failure')
  t.end()
})

void test('results of a kernel that boots after a program', (t) => {
  t.same(problems(readLog(`${tap('ok')}${stamped(flat('not ok'))}`)), ['8 : in the log of the kernel: not ok 2 two'])
  const part = `  ${tap('ok')}ok 1 parent\n${stamped(flat('not ok'))}`
  t.match(problems(readLog(part)), ['9 : in the log of the kernel: not ok 2 two'], 'also when the beginning is lost')
  t.end()
})
