// Progress and summary on stderr: the current test or mutant (on a terminal only), notices, and one last line.
import { styleText } from 'node:util'
import type { MutantVerdict, SinkFactory, Verdict } from './events.ts'
import { statusLine } from './status-line.ts'

/** The words of the last line, the worst verdict first. */
const verdictWords = {
  FAIL: 'failed',
  ERROR: 'broken',
  MISS: 'not run',
  PASS: 'passed',
  SKIP: 'skipped',
} as const satisfies Record<Verdict, string>
const mutantWords = {
  SURVIVED: 'survived',
  NO_BOOT: 'did not boot',
  NOT_BUILT: 'not built',
  ERROR: 'without a verdict',
  KILLED: 'killed',
} as const satisfies Record<MutantVerdict, string>
const colours: Readonly<Record<string, 'green' | 'yellow'>> = {
  PASS: 'green',
  KILLED: 'green',
  SKIP: 'yellow',
}

/** Shows progress and summary. This sink comes before those of test points: it clears its line before they write. */
export const terminalSink: SinkFactory = (output, { isTty, directory }) => {
  const line = statusLine(output, isTty)
  let planned = 0
  let started = 0
  /** The mutant of a campaign; undefined in a run. */
  let mutant: string | undefined
  let isHeadOut = false

  function progress(text: string): void {
    line.show(mutant === undefined ? text : `[${started}/${planned}] ${mutant}: ${text}`)
  }
  function say(text: string): void {
    line.clear()
    output.write(`gmemtest: ${text}\n`)
  }
  function beginMutant(name: string): void {
    mutant = name
    progress('building')
  }

  return {
    write(event) {
      switch (event.type) {
        case 'run-started':
          planned = event.tests.length
          progress(`${event.kernel}: getting ready`)
          return
        case 'mutants-started':
          planned = event.mutants.length
          return
        case 'mutant-started':
          started += 1
          beginMutant(event.name)
          return
        case 'control-started':
          started = planned
          beginMutant('the kernel without a mutant')
          return
        case 'kernel-ready':
          progress(mutant === undefined ? `${event.release} is ready, booting` : 'booting')
          return
        case 'vm-ready':
          // The head of the TAP stream is written at the first of these events, perhaps to the same terminal.
          if (!isHeadOut && mutant === undefined) line.clear()
          isHeadOut = true
          return
        case 'vm-lost':
          if (mutant === undefined) say(`${event.reason}; continuing in a new instance`)
          return
        case 'test-retried':
          if (mutant !== undefined) return
          say(`${event.name}: ${event.reason}; trying once more in a new instance`)
          progress(`[${started + 1}/${planned}] ${event.name}`)
          return
        case 'test-started':
          progress(mutant === undefined ? `[${started + 1}/${planned}] ${event.name}` : event.name)
          return
        case 'test-finished':
          if (mutant !== undefined) return
          started += 1
          line.clear()
          return
        case 'mutant-finished':
        case 'control-finished':
          line.clear()
          return
        case 'run-finished':
          if (mutant !== undefined) return
          say(`${summary(event.verdicts, isTty)} in ${seconds(event.milliseconds)}; ${directory}`)
          return
        case 'mutants-finished':
          say(`${mutantSummary(event.verdicts, isTty)} in ${seconds(event.milliseconds)}; ${directory}`)
          return
        default:
          event satisfies never
      }
    },
    async close() {
      line.clear()
    },
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** Returns `3 failed, 40 passed, 2 skipped`, the worst first, without what did not happen. */
export function summary(verdicts: Readonly<Record<Verdict, number>>, colour: boolean): string {
  return counted(verdicts, verdictWords, colour) || 'nothing ran'
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
      return colour ? styleText(colours[key] ?? 'red', text) : text
    })
    .join(', ')
}
