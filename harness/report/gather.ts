// Gathers the events of a run into one value, for the formats that need all of it before they write.
import type { Fault } from '../base/errors.ts'
import { newProblem, repetition } from './meaning/change.ts'
import { differenceOf } from './difference.ts'
import type {
  Change,
  ConversionTime,
  Diagnostic,
  ReportEvent,
  SplatNote,
  TestFacts,
  TestPoint,
  Verdict,
} from './events.ts'
import type { MutantVerdict } from './events/mutant-events.ts'
import { handleEvent, type EventHandlers } from './handle-event.ts'
import { killedBy } from './tap/tap-mutants.ts'
import { shortened, tidied } from './tidy.ts'

type EventOf<Type extends ReportEvent['type']> = Extract<ReportEvent, { type: Type }>

/** The result of a test, or of a mutant. */
export interface Result {
  readonly suite: string
  readonly name: string
  /** The test that this is one repetition of. */
  readonly repeats?: string
  readonly title: string
  readonly verdict: Verdict
  readonly milliseconds: number
  readonly worker?: number
  /** Of a mutant, only its bugs. */
  readonly about?: TestFacts
  /** When it began, ISO 8601. */
  readonly begin?: string
  /** The reason for a SKIP, or for which it did not pass. */
  readonly message?: string
  readonly diagnostic?: Diagnostic
  /** The difference of the values of its diagnostic, which may be too long for a report. */
  readonly diff?: string
  readonly retried?: string
  /** With a baseline: what has changed against it. */
  readonly change?: Change
  readonly because?: string
  /** How often it failed when it ran again after the others: `always (5 of 5)`. */
  readonly repeated?: string
  readonly splats?: readonly SplatNote[]
  readonly conversions?: readonly ConversionTime[]
  readonly points?: readonly TestPoint[]
  /** The command line that runs it again. */
  readonly again?: string
}

/** A run, or a campaign of mutants, with all of its results. */
export interface Gathered {
  readonly suite: string
  readonly kernel: string
  /** The one that the kernel turned out to speak, or else that of its definition. */
  readonly dialect?: string
  /** When the run began, ISO 8601. */
  readonly started: string
  readonly milliseconds: number
  /** The reason for which the run ended early. */
  readonly aborted?: string
  readonly fault?: Fault
  /** The kernel without a mutant. */
  readonly ready?: EventOf<'kernel-ready'>
  readonly vm?: EventOf<'vm-ready'>
  /** One for each planned test, in the order of the events; a test without a result is a MISS and comes last. */
  readonly results: readonly Result[]
}

/** The verdict of a mutant as that of a test: the exit code of both is the same. */
const verdictOfMutant = {
  KILLED: 'PASS',
  UNPROVEN: 'FAIL',
  SURVIVED: 'FAIL',
  NO_BOOT: 'FAIL',
  NOT_BUILT: 'MISS',
  ERROR: 'ERROR',
} as const satisfies Record<MutantVerdict, Verdict>

const mutantSuite = 'mutants'
const controlName = 'control'

/** Receives the events of a run; `finish` returns its results, also those of a run that was killed. */
export class Gathering {
  #beginning: EventOf<'run-started' | 'mutants-started'> | undefined
  #ending: EventOf<'run-finished' | 'mutants-finished'> | undefined
  #ready: EventOf<'kernel-ready'> | undefined
  #vm: EventOf<'vm-ready'> | undefined
  #isControl = false
  /** The difference of the values of the event that is handled. */
  #diff: string | undefined
  readonly #begins = new Map<string, string>()
  readonly #results: Result[] = []
  /** The planned names without a result; a name may be planned twice. */
  #missing: string[] = []

  readonly #ofRun: EventHandlers = {
    'kernel-ready': (event) => void (this.#ready ??= event),
    'vm-ready': (event) => void (this.#vm ??= event),
    'run-started': (event) => {
      this.#beginning = event
      this.#missing = [...event.tests]
    },
    'test-started': ({ name, time }) => this.#begin(name, time),
    'test-finished': ({ type: _type, verdict, ...event }) => {
      const reason = newProblem({ ...event, verdict }) ?? event.reason
      const message = event.diagnostic?.message ?? reason
      const again = event.diagnostic?.again
      this.#add({
        ...event,
        verdict,
        ...(message === undefined ? {} : { message }),
        ...(this.#diff === undefined ? {} : { diff: this.#diff }),
        ...(again === undefined ? {} : { again }),
      })
    },
    'failure-repeated': (event) => {
      const place = this.#results.findIndex(({ name }) => name === event.name)
      const result = this.#results[place]
      if (result !== undefined) this.#results[place] = { ...result, repeated: repetition(event) }
    },
    'run-finished': (event) => void (this.#ending = event),
    'mutants-started': (event) => {
      this.#beginning = event
      this.#missing = [...event.mutants, controlName]
      this.#handlers = this.#ofCampaign
    },
  }
  readonly #ofCampaign: EventHandlers = {
    // Only the control runs on the kernel without a mutant.
    'kernel-ready': (event) => {
      if (this.#isControl) this.#ready = event
    },
    'vm-ready': (event) => void (this.#vm ??= event),
    'mutant-started': ({ name, time }) => this.#begin(name, time),
    'mutant-finished': (event) => {
      const { name, title, milliseconds, again, bug } = event
      const message =
        event.verdict === 'KILLED' ? killedBy(event) : `${event.verdict}: ${event.reason ?? 'nothing killed it'}`
      this.#add({
        suite: mutantSuite,
        name,
        title,
        verdict: verdictOfMutant[event.verdict],
        milliseconds,
        message,
        again,
        ...(bug === undefined ? {} : { about: { rules: [], bugs: bug.split(/, */), needs: [], pools: [] } }),
      })
    },
    'control-started': ({ time }) => {
      this.#isControl = true
      this.#begin(controlName, time)
    },
    'control-finished': ({ milliseconds, tried, reason }) => {
      const title = 'the scenarios that killed pass on the kernel without a mutant'
      const control = { suite: mutantSuite, name: controlName, title, milliseconds }
      if (reason !== undefined) this.#add({ ...control, verdict: 'FAIL', message: reason })
      else if (tried === 0) this.#add({ ...control, verdict: 'SKIP', message: 'no mutant was killed' })
      else this.#add({ ...control, verdict: 'PASS' })
    },
    'mutants-finished': (event) => void (this.#ending = event),
  }
  #handlers = this.#ofRun

  /** The number of planned tests. */
  get planned(): number {
    return this.#results.length + this.#missing.length
  }

  /** The results so far. */
  get results(): readonly Result[] {
    return this.#results
  }

  /** Takes the next event; all texts of the results are tidied. */
  async add(event: ReportEvent): Promise<void> {
    this.#diff = event.type === 'test-finished' ? shortDifference(event.diagnostic) : undefined
    await handleEvent(this.#handlers, tidied(event))
  }

  /** Returns the results; undefined when not even the beginning of the run is known. */
  finish(): Gathered | undefined {
    const beginning = this.#beginning
    if (beginning === undefined) return undefined
    const ending = this.#ending
    const isRun = beginning.type === 'run-started'
    const suite = isRun ? beginning.suite : mutantSuite
    const why = ending === undefined ? 'the run was killed' : (ending.aborted ?? 'the run ended before it')
    const missing = this.#missing.map((name): Result => ({
      suite,
      name,
      title: '',
      verdict: 'MISS',
      milliseconds: 0,
      message: `no result: ${why}`,
    }))
    const aborted = ending === undefined ? why : ending.aborted
    return {
      suite,
      kernel: beginning.kernel,
      ...(isRun ? { dialect: this.#vm?.dialect ?? beginning.dialect } : {}),
      started: beginning.time,
      milliseconds: ending?.milliseconds ?? 0,
      ...(aborted === undefined ? {} : { aborted }),
      ...(ending?.type === 'run-finished' && ending.fault !== undefined ? { fault: ending.fault } : {}),
      ...(this.#ready === undefined ? {} : { ready: this.#ready }),
      ...(this.#vm === undefined ? {} : { vm: this.#vm }),
      results: [...this.#results, ...missing],
    }
  }

  #begin(name: string, time: string | undefined): void {
    if (time !== undefined) this.#begins.set(name, time)
  }

  #add(result: Result): void {
    const begin = this.#begins.get(result.name)
    this.#results.push(begin === undefined ? result : { ...result, begin })
    const place = this.#missing.indexOf(result.name)
    if (place !== -1) this.#missing.splice(place, 1)
  }
}

/** Returns the difference of the whole values: those of a tidied event may be equal as far as they go. */
function shortDifference(diagnostic: Diagnostic | undefined): string | undefined {
  if (diagnostic === undefined || !('wanted' in diagnostic || 'found' in diagnostic)) return undefined
  const lines = differenceOf(diagnostic.wanted, diagnostic.found).split('\n')
  return lines.map((line) => shortened(line)).join('\n')
}
