// The options of repro --runs: each mistake is said in a line, before anything is built.
import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { inProject } from '../../../harness/base/paths.ts'

const x = 'none.c'
const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[x, '--runs', '0'], /--runs must be an integer from 1 to 10000, got '0'/],
  [[x, '--runs=-1'], /--runs must be an integer from 1 to 10000, got '-1'/],
  [[x, '--runs', '1e3'], /--runs must be an integer from 1 to 10000, got '1e3'/],
  [[x, '--runs', '10001'], /--runs must be an integer from 1 to 10000, got '10001'/],
  [[x, '--runs', '5', '--within', '0'], /--within must be an integer from 1 to 100, got '0'/],
  [[x, '--runs', '5', '--c'], /--runs runs a reproducer, and --c exports one/],
  [[x, '--runs', '5', '--bundle', '/tmp/none'], /--runs runs a reproducer, and --bundle exports one/],
  [[x, '--c', '--within', '5'], /--within needs --runs/],
  [[x, '--c', '--kernel', 'a', '--kernel', 'b'], /a second --kernel needs --runs/],
  [[x, '--runs', '5', '--kernel', 'a', '--kernel', 'b', '--kernel', 'c'], /--kernel is given 3 times, and two/],
  [[x, '--runs', '5'], /cannot read none\.c: there is no such file/],
  [['no-such-test', '--runs', '5'], /no-such-test|cannot read the results/],
]
for (const [args, message] of mistakes) {
  void test(`gmemtest repro ${args.join(' ')} is a mistake`, (t) => {
    const { status, stdout, stderr } = spawnSync(inProject('gmemtest'), ['repro', ...args], { encoding: 'utf8' })
    t.equal(status, 2)
    t.equal(stdout, '')
    t.match(stderr, message)
    t.ok(stderr.trimEnd().split('\n').length <= 2, stderr)
    t.end()
  })
}
