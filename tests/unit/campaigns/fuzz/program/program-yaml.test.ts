// Programs as files: what is written can be read again, and mistakes are named with their place.
import { test } from 'tap'
import { check as checkProperty, asyncProperty } from 'fast-check'
import { linesOf } from '../../../../../harness/campaigns/fuzz/program/fuzz-program.ts'
import { formatProgram, parseProgram } from '../../../../../harness/campaigns/fuzz/program/program-yaml.ts'
import { programOf, sequences } from '../../../../../harness/campaigns/fuzz/search/sequences.ts'
import { fakeBench } from '../fixtures/fake-bench.ts'

const text = `# convert: errno
version: 1
pageSize: 4K
pages: 24
initially: shared
steps:
  - { do: pin, first: 3, count: 1, method: vmsplice }
  - { do: convert, to: private, offset: 0, size: 98304 }
`

void test('a program is read with the defaults of its steps', (t) => {
  const program = parseProgram('p.yaml', text)
  t.strictSame(linesOf(program), [
    'a file of 24 pages, 4K, initially shared',
    '1. pin page 3 by vmsplice',
    '2. convert offset 0x0, size 0x18000 to private',
  ])
  t.end()
})

void test('each generated program is the same after it was written and read', async (t) => {
  const { bench } = await fakeBench()
  const subject = await bench.subject()
  const kinds = new Set<string>()
  const details = await checkProperty(
    asyncProperty(sequences('2M', 20), async (sequence) => {
      const program = await programOf(sequence, '2M', subject)
      const again = parseProgram('p.yaml', formatProgram(program, ['found: here']))
      for (const { name } of program.steps) kinds.add(name)
      return (
        JSON.stringify(again.steps.map(({ name, args }) => ({ name, args }))) ===
        JSON.stringify(program.steps.map(({ name, args }) => ({ name, args })))
      )
    }),
    { numRuns: 40, seed: 1 },
  )
  t.equal(details.failed, false, JSON.stringify(details.counterexamplePath))
  t.ok(kinds.size > 12, [...kinds].join(' '))
})

const mistakes: readonly (readonly [what: string, change: readonly [string, string], message: RegExp])[] = [
  ['another version', ['version: 1', 'version: 2'], /^p\.yaml:2:10: version must be 1, got 2$/],
  ['an unknown step', ['do: pin', 'do: pim'], /^p\.yaml:7:11: do in entry 1 of steps must be one of convert,/],
  ['an unknown key', ['count: 1', 'number: 1'], /^p\.yaml:7:.*there is no key 'number'/],
  ['a negative page', ['first: 3', 'first: -3'], /^p\.yaml:7:.*must be at least 0/],
  ['a state that does not exist', ['to: private', 'to: secret'], /must be one of shared, private, got 'secret'$/],
  ['half a huge page', ['pageSize: 4K', 'pageSize: 2M'], /^p\.yaml:4:8: pages must be a multiple of 512 .*, got 24$/],
  ['too many pages', ['pages: 24', 'pages: 2000000'], /pages must be at most 1048576/],
  ['no steps', ['steps:', 'stages:'], /there is no key 'stages'/],
]

for (const [what, [from, to], message] of mistakes) {
  void test(`a file with ${what} is refused`, (t) => {
    t.throws(() => parseProgram('p.yaml', text.replace(from, to)), { code: 'PROGRAM_INVALID', message })
    t.end()
  })
}
