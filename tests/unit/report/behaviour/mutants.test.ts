// What a trial of mutants prints: one test point a mutant, and one line on stderr.
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import type { Killer, MutantEvent, MutantVerdict } from '../../../../harness/report/events/mutant-events.ts'
import { tapSink } from '../../../../harness/report/tap/tap.ts'
import { terminalSink } from '../../../../harness/report/terminal/terminal.ts'

const killer: Killer = { scenario: 'pinned-page-refuses', message: 'wanted 1, found 2', milliseconds: 3214 }
const verdicts = { KILLED: 1, SURVIVED: 1, NO_BOOT: 0, NOT_BUILT: 1, UNPROVEN: 0, ERROR: 0 }

function finished(name: string, verdict: MutantVerdict, more: object = {}): MutantEvent {
  return {
    type: 'mutant-finished',
    name,
    title: `what ${name} # breaks`,
    verdict,
    milliseconds: 12_000,
    killers: verdict === 'KILLED' ? [killer] : [],
    tried: 2,
    patch: `mutants/${name}.patch`,
    again: `./gmemtest mutants ${name}`,
    ...more,
  }
}

function story(reason?: string): MutantEvent[] {
  return [
    { type: 'mutants-started', time: '', version: 2, kernel: 'k', mutants: ['a', 'b', 'c'] },
    { type: 'mutant-started', name: 'a', title: 'a' },
    finished('a', 'KILLED'),
    finished('b', 'SURVIVED', { reason: '71 scenarios passed and none failed', bug: 'B-1' }),
    finished('c', 'NOT_BUILT', { reason: 'the patch c does not apply: virt/gmem.c, hunk #1', tried: 0 }),
    { type: 'control-started', scenarios: ['pinned-page-refuses'] },
    { type: 'control-finished', milliseconds: 5, tried: 1, ...(reason === undefined ? {} : { reason }) },
    { type: 'mutants-finished', milliseconds: 61_000, verdicts },
  ]
}

async function tapOf(events: readonly MutantEvent[]): Promise<string> {
  const output = new PassThrough()
  const sink = tapSink(output, { isTty: false, directory: '' })
  for (const event of events) await sink.write(event)
  await sink.close()
  return String(output.read())
}

void test('a killed mutant is ok and says who, how fast, and how long all of it took', async (t) => {
  const tap = await tapOf(story())
  t.match(tap, /^TAP version 14\n1\.\.4\n/)
  t.match(tap, /^ok 1 - a: what a \\# breaks; killed by pinned-page-refuses in 3\.2 s # time=12000ms$/m)
})

void test('the others are not ok, each with its reason and how to try it again', async (t) => {
  const tap = await tapOf(story())
  t.match(tap, /^not ok 2 - b: .*\n {2}---\n {2}verdict: SURVIVED\n {2}problem: 71 scenarios passed/m)
  t.match(tap, /^ {2}bug: B-1$/m)
  t.match(tap, /^not ok 3 - c: [^]*verdict: NOT_BUILT[^]*problem: "?the patch c does not apply/m)
  t.match(tap, /^ {2}again: \.\/gmemtest mutants c$/m)
})

void test('the control is a point of its own, and a run that stopped early no complete stream', async (t) => {
  t.match(await tapOf(story()), /^ok 4 - control: the scenarios that killed pass/m)
  t.match(await tapOf(story('they prove nothing: x')), /^not ok 4 - control: [^]*they prove nothing: x/m)
  const aborted = { type: 'mutants-finished', milliseconds: 1, verdicts, aborted: 'Ctrl-C' } as const
  t.match(await tapOf([...story().slice(0, 4), aborted]), /Bail out! Ctrl-C/)
})

void test('with all scenarios tried, it says how many others have killed', async (t) => {
  const killers = [killer, { ...killer, scenario: 'x' }, { ...killer, scenario: 'y' }]
  const [begin, ...rest] = story()
  if (begin === undefined) throw new Error('a story has a beginning')
  const tap = await tapOf([begin, finished('a', 'KILLED', { killers, tried: 71 }), ...rest.slice(2)])
  t.match(tap, /killed by pinned-page-refuses in 3\.2 s and 2 more of 71/)
})

void test('stderr has a first and a last line, and progress on a terminal alone', async (t) => {
  for (const isTty of [false, true]) {
    const output = new PassThrough()
    const sink = terminalSink(output, { isTty, directory: 'results/x' })
    for (const event of story()) await sink.write(event)
    await sink.close()
    const text = String(output.read())
    if (isTty) t.match(text, /\[1\/3\] a: building/)
    else
      t.equal(
        text,
        'gmemtest: trying 3 mutants\ngmemtest: mutants: 1 survived, 1 not built, 1 killed in 61.0 s; results/x\n',
      )
  }
})
