// The options of every verb, wherever they stand.
import { test } from 'tap'
import { commonOptions, verbIndex } from '../../../harness/commands/common-options.ts'

void test('verbose and quiet have a short form, also together', (t) => {
  t.match(commonOptions([], false, {}), { verbose: false, quiet: false })
  t.match(commonOptions(['run', '-v'], false, {}), { verbose: true, quiet: false })
  t.match(commonOptions(['-qv', 'run'], false, {}), { verbose: true, quiet: true })
  t.match(commonOptions(['run', '--quiet', '--verbose'], false, {}), { verbose: true, quiet: true })
  t.match(commonOptions(['shell', '--', 'ls', '-v', '-q'], false, {}), { verbose: false, quiet: false })
  t.match(commonOptions(['run', '--vmcore', '--keep'], false, {}), { verbose: false, quiet: false })
  t.end()
})

void test('colours follow the option, then NO_COLOR, then the terminal', (t) => {
  const cases = [
    [[], true, {}, true],
    [[], false, {}, false],
    [[], true, { NO_COLOR: '1' }, false],
    [[], true, { NO_COLOR: '' }, true],
    [[], true, { TERM: 'dumb' }, false],
    [['--color=always'], false, { NO_COLOR: '1' }, true],
    [['--color', 'always'], false, {}, true],
    [['--color', 'never'], true, {}, false],
    [['--color=never', '--color=auto'], true, {}, true],
  ] as const
  for (const [args, isTty, environment, colour] of cases) {
    t.equal(commonOptions(args, isTty, environment).colour, colour, `${args.join(' ')} ${JSON.stringify(environment)}`)
  }
  t.end()
})

void test('the value of --color is checked, also before a verb', (t) => {
  for (const args of [['--color=bogus', 'run'], ['--color', 'run'], ['--color'], ['run', '--color=']]) {
    t.throws(
      () => commonOptions(args, false, {}),
      { code: 'OPTION_VALUE', message: /^--color must be auto or always or never, got '/ },
      args.join(' '),
    )
  }
  t.match(commonOptions(['shell', '--', 'ls', '--color=bogus'], false, {}), { colour: false })
  t.end()
})

void test('the verb stands behind the common options', (t) => {
  t.equal(verbIndex(['run', '-v']), 0)
  t.equal(verbIndex(['-v', '--quiet', '--color', 'never', '--color=auto', 'run']), 5)
  t.equal(verbIndex(['--color']), 1)
  t.equal(verbIndex(['--help']), 0)
  t.end()
})
