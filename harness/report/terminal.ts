// What a person sees on stderr: which scenario runs (on a terminal only), and one last line that sums the run up.
import { styleText } from 'node:util'
import type { Writable } from 'node:stream'
import type { Sink, Verdict } from './events.ts'
import { statusLine } from './status-line.ts'

export interface TerminalOptions {
  readonly output: Writable
  /** Whether `output` is a terminal: only then is there progress and colour. */
  readonly isTty: boolean
  /** Where the results lie, for the last line. */
  readonly directory: string
}

const worstFirst = ['FAIL', 'ERROR', 'MISS', 'PASS', 'SKIP'] as const satisfies readonly Verdict[]
const words = {
  FAIL: 'failed',
  ERROR: 'broken',
  MISS: 'not run',
  PASS: 'passed',
  SKIP: 'skipped',
} as const satisfies Record<Verdict, string>

/** Progress and summary on stderr. Put it before the sink of test points: it clears its line before they are written. */
export function terminalSink(options: TerminalOptions): Sink {
  const { output, isTty } = options
  let done = 0
  let planned = 0
  let isHeadOut = false
  const line = statusLine(output, isTty)

  return {
    write(event) {
      switch (event.type) {
        case 'run-started':
          planned = event.scenarios.length
          line.show(`${event.kernel}: getting ready`)
          return
        case 'kernel-ready':
          line.show(`${event.release} is ready, booting`)
          return
        case 'vm-ready':
          // The head of the TAP stream is written at the first of these events, perhaps to the same terminal.
          if (!isHeadOut) line.clear()
          isHeadOut = true
          return
        case 'vm-lost':
          line.clear()
          output.write(`gmemtest: ${event.reason}; going on in a new virtual machine\n`)
          return
        case 'scenario-retried':
          line.clear()
          output.write(
            `gmemtest: ${event.name}: ${event.reason}; trying it once more in a new virtual machine\n`,
          )
          line.show(`[${done + 1}/${planned}] ${event.name}`)
          return
        case 'scenario-started':
          line.show(`[${done + 1}/${planned}] ${event.name}`)
          return
        case 'scenario-finished':
          done += 1
          line.clear()
          return
        case 'run-finished':
          line.clear()
          output.write(
            `gmemtest: ${summary(event.verdicts, isTty)} in ${seconds(event.milliseconds)}; ${options.directory}\n`,
          )
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

/** `3 failed, 40 passed, 2 skipped`, worst first; only what there is. */
export function summary(verdicts: Readonly<Record<Verdict, number>>, colour: boolean): string {
  const parts = worstFirst
    .filter((verdict) => verdicts[verdict] > 0)
    .map((verdict) => {
      const text = `${verdicts[verdict]} ${words[verdict]}`
      if (!colour) return text
      return styleText(verdict === 'PASS' ? 'green' : verdict === 'SKIP' ? 'yellow' : 'red', text)
    })
  return parts.length > 0 ? parts.join(', ') : 'nothing ran'
}
