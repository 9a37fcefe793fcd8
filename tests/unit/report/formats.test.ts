// Every format takes every event.
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import type { ReportEvent } from '../../../harness/report/events.ts'
import { formats, wordOf } from '../../../harness/report/formats.ts'

const verdicts = { PASS: 1, FAIL: 0, ERROR: 0, MISS: 0, SKIP: 0 }
const mutantVerdicts = { KILLED: 1, SURVIVED: 0, NO_BOOT: 0, NOT_BUILT: 0, UNPROVEN: 0, ERROR: 0 }
const a = { suite: 'scenarios', name: 'a', title: 'a statement' }
const mutant = { name: 'm', title: 'a bug' }

// The type makes sure that no event is missing; the order is that of a run, and then of a campaign.
const events: { readonly [Type in ReportEvent['type']]: Extract<ReportEvent, { type: Type }> } = {
  'run-started': {
    type: 'run-started',
    time: '2026-11-29T00:00:00Z',
    kernel: 'k',
    dialect: 'convert-ioctl',
    version: 2,
    suite: 'scenarios',
    tests: ['a'],
    isolation: 'vm',
  },
  'kernel-ready': { type: 'kernel-ready', key: 'k', release: '6.12', cached: true, milliseconds: 1 },
  'shard-planned': { type: 'shard-planned', tests: ['a'], places: [0] },
  'vm-ready': {
    type: 'vm-ready',
    accelerator: 'tcg',
    reason: 'no KVM',
    profile: 'plain',
    origin: 'booted',
    milliseconds: 1,
  },
  'test-started': { type: 'test-started', ...a },
  'test-retried': { type: 'test-retried', suite: 'scenarios', name: 'a', reason: 'QEMU ended' },
  'test-finished': { type: 'test-finished', ...a, verdict: 'PASS', milliseconds: 1 },
  'vm-lost': { type: 'vm-lost', reason: 'a splat' },
  'failure-repeated': { type: 'failure-repeated', suite: 'scenarios', name: 'a', runs: 3, failures: 2 },
  'run-finished': { type: 'run-finished', milliseconds: 1, verdicts },
  'mutants-started': {
    type: 'mutants-started',
    time: '2026-11-29T00:00:00Z',
    version: 2,
    kernel: 'k',
    mutants: ['m'],
  },
  'mutant-started': { type: 'mutant-started', ...mutant },
  'mutant-finished': {
    type: 'mutant-finished',
    ...mutant,
    patch: 'm.patch',
    again: 'again m',
    verdict: 'KILLED',
    milliseconds: 1,
    killers: [{ scenario: 'a', message: 'no', milliseconds: 1 }],
    tried: 1,
  },
  'control-started': { type: 'control-started', scenarios: ['a'] },
  'control-finished': { type: 'control-finished', milliseconds: 1, tried: 1 },
  'mutants-finished': { type: 'mutants-finished', milliseconds: 1, verdicts: mutantVerdicts },
}
const run = Object.values(events).filter(({ type }) => !/^(?:mutant|control)/.test(type))
const campaign = Object.values(events).filter(({ type }) => !type.startsWith('run-started'))

for (const [name, load] of Object.entries(formats)) {
  void test(`the format ${name} reports a run, and a campaign of mutants`, async (t) => {
    const factory = await load()
    for (const stream of [run, campaign.toSorted((x, y) => order(x) - order(y))]) {
      const output = new PassThrough()
      const sink = factory(output, { isTty: true, directory: '/results' })
      for (const event of stream) await sink.write(event)
      await sink.close()
      // Nothing here deserves an annotation.
      t.equal(output.readableLength > 0, name !== 'annotations')
    }
  })
}

/** The tests of a campaign run within the trial of their mutant. */
function order({ type }: ReportEvent): number {
  return ['mutants-started', 'mutant-started'].includes(type) ? 0 : type.startsWith('run-') ? 1 : 2
}

void test('each format of a word leads back to it', (t) => {
  t.equal(wordOf('junit'), 'junit')
  t.equal(wordOf('annotations'), 'github')
  t.equal(wordOf('summary'), 'github')
  t.end()
})
