// Values of options: what was given, and what it must be.
import path from 'node:path'
import { test } from 'tap'
import {
  directoryToWrite,
  duration,
  fileToWrite,
  kernelWord,
  oneOf,
  positiveInteger,
  shardOfMany,
  sourceLine,
} from '../../../harness/commands/option-parsers.ts'

void test('a positive integer', (t) => {
  const parse = positiveInteger('--jobs', 64)
  t.equal(parse('1'), 1)
  t.equal(parse('64'), 64)
  for (const text of ['0', '65', '-1', '1.5', '1e1', ' 1', '', 'x', '0x10']) {
    t.throws(() => parse(text), {
      code: 'OPTION_VALUE',
      message: `--jobs must be an integer from 1 to 64, got '${text}'`,
    })
  }
  t.end()
})

void test('one of a few words', (t) => {
  const parse = oneOf('--accel', ['tcg', 'kvm'])
  t.equal(parse('tcg'), 'tcg')
  t.throws(() => parse('kvmm'), {
    message: "--accel must be tcg or kvm, got 'kvmm'",
    hint: 'for example: --accel kvm',
  })
  t.end()
})

void test('a word of a kernel command line', (t) => {
  const parse = kernelWord('--append')
  t.equal(parse('kvm.gmem_in_place_conversion=1'), 'kvm.gmem_in_place_conversion=1')
  for (const text of ['', 'a b', 'a="b"', "a='b'", 'a\nb']) {
    t.throws(() => parse(text), { code: 'OPTION_VALUE', hint: /--append kvm\.gmem_in_place_conversion=1/ }, text)
  }
  t.end()
})

void test('a directory to write to', (t) => {
  const parse = directoryToWrite('--output')
  const here = t.testdir({ file: '', there: {} })
  for (const good of ['there', 'there/new/newer', 'new', '.']) {
    t.equal(parse(path.join(here, good)), path.join(here, good))
  }
  const file = path.join(here, 'file')
  const bad = [
    [file, `--output must be a directory, got '${file}', which is a file`],
    [`${file}/x/y`, `--output must be a directory, got '${file}/x/y', and ${file} is a file`],
    ['', "--output must be a directory, got ''"],
  ] as const
  for (const [text, message] of bad) {
    t.throws(() => parse(text), { code: 'OPTION_VALUE', fault: 'usage', message, hint: /--output \/tmp/ })
  }
  t.end()
})

void test('a shard is one of some parts', (t) => {
  const parse = shardOfMany('--shard', 100)
  t.strictSame(parse('2/4'), { index: 2, count: 4 })
  t.strictSame(parse('1/1'), { index: 1, count: 1 })
  for (const text of ['', '0/4', '5/4', '1/101', '-1/4', '1.5/4', '1/', '/4', '1/4/4', 'a/b', '1', ' 1/4', '1e1/20']) {
    t.throws(() => parse(text), { code: 'OPTION_VALUE', message: /--shard must be i\/n .*, got '/, hint: /1\/4/ }, text)
  }
  t.end()
})

void test('a duration has a unit, seconds without one', (t) => {
  const parse = duration('--time-limit')
  t.strictSame(parse('90'), { milliseconds: 90_000, text: '90' })
  t.equal(parse('90s').milliseconds, 90_000)
  t.equal(parse('30m').milliseconds, 1_800_000)
  t.equal(parse('2h').milliseconds, 7_200_000)
  for (const text of ['', '0', '0m', '169h', '-1m', '1.5h', '1d', 'm', '1 m', '9999999999', '1M']) {
    t.throws(() => parse(text), { code: 'OPTION_VALUE', message: /--time-limit must be a time .*, got '/ }, text)
  }
  t.end()
})

void test('some numbers may be zero', (t) => {
  t.equal(positiveInteger('--retry-machine', 10, 0)('0'), 0)
  t.throws(() => positiveInteger('--retry-machine', 10, 0)('11'), { message: /an integer from 0 to 10, got '11'/ })
  t.end()
})

void test('a file to write may be absent, and is no directory', (t) => {
  const parse = fileToWrite('--history')
  t.equal(parse('/nowhere/h.sqlite'), '/nowhere/h.sqlite')
  t.match(parse('h.sqlite'), /^\/.*\/h\.sqlite$/, 'also after a change of the directory')
  for (const text of ['', '/tmp', 'a\0b'])
    t.throws(() => parse(text), { code: 'OPTION_VALUE', message: /--history must be a file/ })
  t.end()
})

void test('a line of a source has a file and a number', (t) => {
  const parse = sourceLine('--line')
  t.same(parse('virt/kvm/guest_memfd.c:412'), { file: 'virt/kvm/guest_memfd.c', line: 412 })
  for (const text of ['', 'a.c', 'a.c:', 'a.c:0', ':3', 'a.c:3:4', 'a.c:-1', 'a.c:12345678'])
    t.throws(() => parse(text), { code: 'OPTION_VALUE', message: /--line must be FILE:LINE, got '/ }, text)
  t.end()
})
