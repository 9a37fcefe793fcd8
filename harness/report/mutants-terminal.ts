// What a person sees of a trial of mutants on stderr: where it is (on a terminal only), and one last line.
import { styleText } from 'node:util'
import type { MutantEvent, MutantVerdict, RunEvent, Sink } from './events.ts'
import { statusLine } from './status-line.ts'
import type { TerminalOptions } from './terminal.ts'

const words = {
  SURVIVED: 'survived',
  NO_BOOT: 'did not boot',
  NOT_BUILT: 'not built',
  ERROR: 'without a verdict',
  KILLED: 'killed',
} as const satisfies Record<MutantVerdict, string>
const worstFirst = [
  'SURVIVED',
  'NO_BOOT',
  'NOT_BUILT',
  'ERROR',
  'KILLED',
] as const satisfies readonly MutantVerdict[]

/** Progress and summary on stderr. Put it before the sink of test points: it clears its line before they are written. */
export function mutantsTerminalSink(options: TerminalOptions): Sink<RunEvent | MutantEvent> {
  const { output, isTty, directory } = options
  let planned = 0
  let started = 0
  let mutant = ''
  const line = statusLine(output, isTty)

  function progress(text: string): void {
    line.show(`[${started}/${planned}] ${mutant}: ${text}`)
  }

  return {
    write(event) {
      switch (event.type) {
        case 'mutants-started':
          planned = event.mutants.length
          return
        case 'mutant-started':
          started += 1
          mutant = event.name
          progress('building')
          return
        case 'kernel-ready':
          progress('booting')
          return
        case 'scenario-started':
          progress(event.name)
          return
        case 'mutant-finished':
        case 'control-finished':
          line.clear()
          return
        case 'control-started':
          started = planned
          mutant = 'the kernel without a mutant'
          progress('building')
          return
        case 'mutants-finished':
          line.clear()
          output.write(
            `gmemtest: ${mutantSummary(event.verdicts, isTty)} in ${(event.milliseconds / 1000).toFixed(1)} s; ${directory}\n`,
          )
          return
        case 'run-started':
        case 'vm-ready':
        case 'vm-lost':
        case 'scenario-retried':
        case 'scenario-finished':
        case 'run-finished':
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

/** `1 survived, 40 killed`, worst first; only what there is. */
export function mutantSummary(verdicts: Readonly<Record<MutantVerdict, number>>, colour: boolean): string {
  const parts = worstFirst
    .filter((verdict) => verdicts[verdict] > 0)
    .map((verdict) => {
      const text = `${verdicts[verdict]} ${words[verdict]}`
      return colour ? styleText(verdict === 'KILLED' ? 'green' : 'red', text) : text
    })
  return parts.length > 0 ? `mutants: ${parts.join(', ')}` : 'no mutant was tried'
}
