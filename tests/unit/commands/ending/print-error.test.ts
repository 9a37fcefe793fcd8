// One clear message, the next step, and the rest only when it is asked for.
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { errorPrinter, primaryError, printError } from '../../../../harness/commands/ending/print-error.ts'
import { BootError, UsageError } from '../../../../harness/base/errors.ts'
import { hasHidden } from '../../../../harness/base/visible-text.ts'

function printed(error: unknown, verbose = false): string {
  const output = new PassThrough()
  printError(error, { output, verbose })
  return String(output.read())
}

const cause = new Error('the reason')
const boot = new BootError('KERNEL_PANIC', 'the kernel did not come up', {
  hint: 'look at the console',
  tail: ['[ 1.0] one', '[ 1.1] two'],
  cause,
})

void test('a failure is its message, what was last seen, and the next step', (t) => {
  t.equal(
    printed(boot),
    'gmemtest: the kernel did not come up\n  | [ 1.0] one\n  | [ 1.1] two\n  hint: look at the console\n',
  )
  t.equal(printed(new UsageError('X', 'no')), 'gmemtest: no\n')
  t.end()
})

void test('nothing that comes from a kernel or a program reaches the terminal with hidden characters', (t) => {
  const text = 'a\u001b[2Jb\u202ec\u2028d'
  const error = new BootError('X', text, { hint: text, tail: [text], cause: new Error(text) })
  for (const shown of [printed(error, true), printed(new Error(text)), printed(text)]) {
    t.notOk(hasHidden(shown.replaceAll('\n', '')))
    t.ok(shown.includes(String.raw`a\x1b[2Jb\u{202e}c\u{2028}d`))
  }
  t.end()
})

void test('--verbose adds the code, the place and the causes', (t) => {
  const text = printed(boot, true)
  t.match(text, /code: KERNEL_PANIC/)
  t.match(text, /at .*print-error\.test\.ts/)
  t.match(text, /caused by: the reason/)
  t.end()
})

void test('causes that go round in a circle are printed once', (t) => {
  const first = new Error('first')
  first.cause = new Error('second', { cause: first })
  t.equal(printed(first, true).match(/caused by/g)?.length, 1)
  t.end()
})

void test('anything else is a bug of gmemtest, with its stack', (t) => {
  const text = printed(new TypeError('x is undefined'))
  t.match(text, /^gmemtest: internal error: x is undefined\n {2}at /)
  t.match(text, /bug of gmemtest/)
  t.match(printed('just a string'), /internal error: just a string/)
  t.end()
})

void test('what went wrong first counts, not what went wrong while cleaning up', (t) => {
  const both = new SuppressedError(new Error('while closing'), boot)
  t.equal(primaryError(both), boot)
  t.match(printed(both), /^gmemtest: the kernel did not come up/)
  t.match(printed(both, true), /while cleaning up after it: while closing/)
  t.end()
})

void test('what is printed already is not printed again', (t) => {
  const output = new PassThrough()
  const print = errorPrinter({ output, verbose: false })
  for (const message of ['full', 'slow', 'full']) print(new UsageError('X', message))
  t.equal(String(output.read()), 'gmemtest: full\ngmemtest: slow\n')
  t.end()
})
