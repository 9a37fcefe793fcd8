// The options that verbs share: one definition each, and the command line that says the same.
import { Command } from 'commander'
import { test } from 'tap'
import { flagsOf, withOptions } from '../../../harness/commands/job-options.ts'

void test('a command gets the options that it names, and no others', (t) => {
  const command = withOptions(new Command('x'), ['kernel', 'jobs', 'vmcore'], 'gmem-convert')
  command.exitOverride().parse(['--jobs', '4'], { from: 'user' })
  t.strictSame(command.opts(), { kernel: 'gmem-convert', jobs: 4 })
  t.strictSame(
    command.options.map(({ long }) => long),
    ['--kernel', '--jobs', '--vmcore'],
  )
  t.throws(() => command.parse(['--jobs', '65'], { from: 'user' }), { code: 'OPTION_VALUE' })
  t.end()
})

void test('the line that runs a test again has the options that matter for one test', (t) => {
  t.strictSame(flagsOf({ kernel: 'k' }), ['--kernel', 'k'])
  const all = { kernel: 'k', accel: 'tcg', isolation: 'none', jobs: 4, output: '/x', vmcore: true } as const
  t.strictSame(flagsOf(all), ['--kernel', 'k', '--accel', 'tcg', '--isolation', 'none', '--vmcore'])
  t.strictSame(flagsOf({ kernel: 'k', repeat: 20 }), ['--kernel', 'k', '--repeat', '20', '--until-fail'])
  t.strictSame(flagsOf({ kernel: 'k', repeat: 1 }), ['--kernel', 'k'])
  t.end()
})
