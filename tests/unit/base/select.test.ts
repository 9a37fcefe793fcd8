// Patterns choose by name and by topic, and a pattern without a match is an error with similar names.
import { test } from 'tap'
import { select } from '../../../harness/base/select.ts'

const names = ['convert-at-end', 'convert-at-start', 'pin-refuses', 'sigbus']

const items = names.map((name) => ({ name, topic: name.startsWith('convert') ? 'conversion' : 'faults' }))

const selections: readonly (readonly [patterns: readonly string[], chosen: readonly string[]])[] = [
  [[], names],
  [['convert'], ['convert-at-end', 'convert-at-start']],
  [
    ['sigbus', 'pin'],
    ['pin-refuses', 'sigbus'],
  ],
  [['*-at-*'], ['convert-at-end', 'convert-at-start']],
  [['pin*'], ['pin-refuses']],
  [['sigbu?'], ['sigbus']],
  [['tests/scenarios/sigbus.ts'], ['sigbus']],
  [['sig', 'sigbus'], ['sigbus']],
  [['conversion/'], ['convert-at-end', 'convert-at-start']],
  [['conversion/*'], ['convert-at-end', 'convert-at-start']],
  [['conversion/end'], ['convert-at-end']],
  [['tests/scenarios/faults/*r*'], ['pin-refuses']],
  [
    ['tests/scenarios/faults/', 'start'],
    ['convert-at-start', 'pin-refuses', 'sigbus'],
  ],
]
const odd = [
  'creation-flags',
  'huge-creation-flags',
  'a*b',
  'axb',
  'x.ts',
  'x.ts-too',
  'two words',
  "it's",
  '-dash',
  '$(x)',
]
for (const name of odd) {
  void test(`the whole name ${name} chooses nothing else`, (t) => {
    const known = odd.map((each) => ({ name: each }))
    for (const pattern of [name, `tests/scenarios/${name}.ts`, `series/mutants/${name}.patch`]) {
      t.strictSame(select(known, [pattern], 'scenario'), [{ name }], pattern)
    }
    t.end()
  })
}

void test('the path of a file that does not exist chooses nothing', (t) => {
  t.throws(() => select([{ name: 'huge-creation-flags' }], ['tests/creation-flags.ts'], 'scenario'), {
    code: 'SCENARIO_UNKNOWN',
  })
  t.end()
})

void test('the path of a file elsewhere has the options that choose it', (t) => {
  const directory = t.testdir({ 'sigbuss.ts': '', topic: { 'new.ts': '' } })
  for (const [file, hint] of [
    ['sigbuss.ts', `to run that file: --scenarios ${directory} sigbuss`],
    ['topic/new.ts', `to run that file: --scenarios ${directory}/topic new`],
    ['sigbuz.ts', /^near it: sigbus/],
    ['topic', /list|near it/],
  ] as const) {
    t.throws(() => select(items, [`${directory}/${file}`], 'scenario'), { code: 'SCENARIO_UNKNOWN', hint })
  }
  t.throws(() => select(items, [`${directory}/sigbuss.ts`], 'mutant'), { code: 'MUTANT_UNKNOWN', hint: /^(?!to run)/ })
  t.end()
})

for (const [patterns, chosen] of selections) {
  void test(`patterns: ${patterns.join(' ')}`, (t) => {
    t.strictSame(
      select(items, patterns, 'scenario').map(({ name }) => name),
      chosen,
    )
    t.end()
  })
}

void test('the error for a pattern without a match lists similar names', (t) => {
  t.throws(() => select(items, ['convrt-at-end'], 'scenario'), {
    code: 'SCENARIO_UNKNOWN',
    message: "no scenario matches 'convrt-at-end'",
    hint: /^near it: convert-at-end/,
  })
  t.throws(() => select(items, ['sig*x'], 'scenario'), { code: 'SCENARIO_UNKNOWN' })
  t.throws(() => select(items, ['sigbuss'], 'mutant'), {
    code: 'MUTANT_UNKNOWN',
    message: "no mutant matches 'sigbuss'",
    hint: /^near it: sigbus/,
  })
  for (const id of ['S-A9', 'B-13', '2.2-range', 'K-mremap']) {
    t.throws(() => select(items, [id], 'mutant'), { code: 'MUTANT_UNKNOWN', hint: /docs\/bugs\.md name .*'/ })
  }
  t.throws(() => select(items, ['faults/convert-at-end'], 'scenario'), {
    code: 'SCENARIO_UNKNOWN',
    hint: /^near it: convert-at-end/,
  })
  t.throws(() => select(items, ['sigbus', 'zzz'], 'scenario'), {
    code: 'SCENARIO_UNKNOWN',
    hint: /gmemtest list/,
  })
  t.throws(() => select(items, ['conversions/'], 'scenario'), {
    code: 'SCENARIO_UNKNOWN',
    message: "no scenario matches 'conversions/'",
    hint: /^near it: conversion\//,
  })
  t.end()
})
