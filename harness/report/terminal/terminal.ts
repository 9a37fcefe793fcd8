// Progress and summary on stderr: the current test or mutant (on a terminal only), notices, and one last line.
import { styleText } from 'node:util'
import { plural } from '../../base/plural.ts'
import type { Change, TestFinished, Verdict } from '../events.ts'
import type { MutantVerdict } from '../events/mutant-events.ts'
import type { SinkFactory } from '../sinks.ts'
import { handleEvent, type EventHandlers } from '../handle-event.ts'
import { repetition } from '../meaning/change.ts'
import { rateLines, repeatRates } from '../meaning/repeat-rates.ts'
import { plainText } from '../plain.ts'
import { RunningTests } from './running-tests.ts'
import { statusLine } from './status-line.ts'

/** The words of the last line, the worst verdict first. */
const verdictWords = {
  FAIL: 'failed',
  ERROR: 'broken',
  MISS: 'not run',
  PASS: 'passed',
  SKIP: 'skipped',
} as const satisfies Record<Verdict, string>
/** A log of a CI system must not be silent for long. */
const minute = 60_000
const mutantWords = {
  SURVIVED: 'survived',
  UNPROVEN: 'killed otherwise than claimed',
  NO_BOOT: 'did not boot',
  NOT_BUILT: 'not built',
  ERROR: 'without a verdict',
  KILLED: 'killed',
} as const satisfies Record<MutantVerdict, string>
const colours: Readonly<Record<string, 'green' | 'yellow'>> = { PASS: 'green', KILLED: 'green', SKIP: 'yellow' }

/** Shows progress and summary. This sink comes before those of test points: it clears its line before they write. */
export const terminalSink: SinkFactory = (output, { isTty, colour = false, directory, isStored = false }) => {
  const line = statusLine(output, isTty, minute)
  let planned = 0
  let started = 0
  let mutant = ''
  let running: RunningTests | undefined
  const changes: Readonly<Record<Change, string[]>> = { new: [], known: [], flaky: [], fixed: [] }
  const splats = new Map<string, string>()
  const repeated: Pick<TestFinished, 'repeats' | 'verdict'>[] = []

  function say(text: string): void {
    line.clear()
    output.write(`gmemtest: ${plainText(text)}\n`)
  }
  /** Without a terminal, tells that a long phase begins. */
  function begin(text: string): void {
    if (!isTty && !isStored) say(text)
  }
  /** `text` has colours. */
  function sayEnd(text: string, milliseconds: number): void {
    line.clear()
    output.write(`gmemtest: ${text} in ${(milliseconds / 1000).toFixed(1)} s; ${plainText(directory)}\n`)
  }
  /** Of a run whose tests are watched, the others that run are of interest too. */
  function showNext({ name }: { readonly name: string }): void {
    if (running === undefined) line.show(`[${started + 1}/${planned}] ${name}`)
    else showRunning(running)
  }
  function showRunning(tests: RunningTests): void {
    line.show(() => tests.text(planned))
  }
  function showMutant(text: string): void {
    line.show(`[${started}/${planned}] ${mutant}: ${text}`)
  }
  function beginMutant(name: string, position: number): void {
    mutant = name
    started = position
    showMutant('building')
  }

  const ofCampaign: EventHandlers = {
    'mutant-started': ({ name }) => beginMutant(name, started + 1),
    'control-started': () => beginMutant('the kernel without a mutant', planned),
    'kernel-ready': () => showMutant('booting'),
    'test-started': ({ name }) => showMutant(name),
    'mutant-finished': () => line.clear(),
    'control-finished': () => line.clear(),
    'mutants-finished': ({ verdicts, milliseconds }) => sayEnd(mutantSummary(verdicts, colour), milliseconds),
  }
  const ofRun: EventHandlers = {
    'run-started'({ tests, kernel }) {
      planned = tests.length
      // Elsewhere, the build tells by itself that it goes on.
      if (isTty) line.show(`${kernel}: getting ready`)
    },
    'kernel-ready'({ release }) {
      const text = `${release} is ready, booting`
      begin(text)
      line.show(text)
    },
    'vm-ready'() {
      if (!isHeadOut) begin(`running ${plural(planned, 'test')}`)
      // The head of the TAP stream is written at the first of these events, perhaps to the same terminal.
      if (!isHeadOut) line.clear()
      isHeadOut = true
    },
    'vm-lost': ({ reason }) => say(`${reason}; continuing in a new instance`),
    'test-retried'(event) {
      say(`${event.name}: ${event.reason}; trying once more in a new instance`)
      showNext(event)
    },
    'test-started': showNext,
    'test-finished'({ name, repeats, verdict, change, because, splats: notes = [] }) {
      started += 1
      line.clear()
      if (repeats !== undefined) repeated.push({ repeats, verdict })
      if (change !== undefined) changes[change].push(because === undefined ? name : `${name} (${because})`)
      for (const { fingerprint, title, isNew } of notes) if (isNew === true) splats.set(fingerprint, title)
    },
    'failure-repeated': (event) => say(`${event.name} is new, and when it ran again: ${repetition(event)}`),
    'run-finished'({ verdicts, milliseconds }) {
      for (const [change, names] of Object.entries(changes)) {
        if (names.length > 0) say(`${change} against the baseline: ${names.join(', ')}`)
      }
      for (const [fingerprint, title] of splats) say(`a new splat against the baseline: ${title} (${fingerprint})`)
      for (const text of rateLines(repeatRates(repeated))) say(text)
      sayEnd(summary(verdicts, colour), milliseconds)
    },
    'mutants-started'({ mutants }) {
      planned = mutants.length
      begin(`trying ${plural(planned, 'mutant')}`)
      handlers = ofCampaign
    },
  }
  let isHeadOut = false
  let handlers = ofRun
  return {
    write: (event) => handleEvent(handlers, event),
    watch(event) {
      running ??= new RunningTests()
      if (running.add(event)) showRunning(running)
    },
    async close() {
      line[Symbol.dispose]()
    },
  }
}

/** Returns `3 failed, 40 passed, 2 skipped`, the worst first, without what did not happen. */
export function summary(verdicts: Readonly<Record<Verdict, number>>, colour: boolean): string {
  return counted(verdicts, verdictWords, colour) || 'no test finished'
}

/** Returns `mutants: 1 survived, 40 killed`, the worst first, without what did not happen. */
export function mutantSummary(verdicts: Readonly<Record<MutantVerdict, number>>, colour: boolean): string {
  const text = counted(verdicts, mutantWords, colour)
  return text === '' ? 'no mutant was tried' : `mutants: ${text}`
}

function counted<Key extends string>(
  counts: Readonly<Record<Key, number>>,
  words: Readonly<Record<Key, string>>,
  colour: boolean,
): string {
  const keys = Object.keys(words).filter((key): key is Key => Object.hasOwn(counts, key))
  return keys
    .filter((key) => counts[key] > 0)
    .map((key) => {
      const text = `${counts[key]} ${words[key]}`
      return colour ? styleText(colours[key] ?? 'red', text, { validateStream: false }) : text
    })
    .join(', ')
}
