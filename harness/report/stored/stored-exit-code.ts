// The exit code of a run that is over, by its events.
import { exitCodeOfFault, exitCodes } from '../../base/errors.ts'
import type { ReportEvent } from '../events.ts'

type Ending = Extract<ReportEvent, { type: 'run-finished' | 'mutants-finished' }>

/** Returns the exit code that the run had or, if it was killed or interrupted or lacks results, 1 after a failure and else 69. */
export function exitCodeOfEvents(events: readonly ReportEvent[]): number {
  const isCampaign = events[0]?.type === 'mutants-started'
  const ending = events.findLast((event) => event.type === (isCampaign ? 'mutants-finished' : 'run-finished'))
  const isEnding = ending?.type === 'mutants-finished' || ending?.type === 'run-finished'
  const known = isEnding ? codeOf(ending) : undefined
  if (isFailed(events, isCampaign)) return exitCodes.testFailed
  const isWhole = isEnding && ending.aborted === undefined && hasAllResults(events)
  return known === undefined || (known === exitCodes.ok && !isWhole) ? exitCodes.couldNotRun : known
}

/** Tells whether there are as many results as were planned. A campaign has one for its control as well. */
function hasAllResults(events: readonly ReportEvent[]): boolean {
  const [begin] = events
  const count = (...types: readonly ReportEvent['type'][]): number =>
    events.filter(({ type }) => types.includes(type)).length
  if (begin?.type === 'run-started') return count('test-finished') >= begin.tests.length
  if (begin?.type !== 'mutants-started') return false
  return count('mutant-finished', 'control-finished') > begin.mutants.length
}

function codeOf(ending: Ending): number {
  if (ending.type === 'mutants-finished') {
    return ending.verdicts.NOT_BUILT > 0 ? exitCodes.couldNotRun : exitCodes.ok
  }
  if (ending.exitCode !== undefined) return ending.exitCode
  if (ending.fault !== undefined) return exitCodeOfFault(ending.fault)
  return ending.verdicts.MISS > 0 ? exitCodes.couldNotRun : exitCodes.ok
}

/** Tells whether a result alone makes the exit code 1. Programs that were not built are an exception of newer runs. */
function isFailed(events: readonly ReportEvent[], isCampaign: boolean): boolean {
  const ending = events.findLast((event) => event.type === 'run-finished')
  if (!isCampaign && ending?.exitCode !== undefined) return ending.exitCode === exitCodes.testFailed
  return events.some((event) => {
    if (event.type === 'control-finished') return event.reason !== undefined
    if (event.type === 'mutant-finished') return event.verdict !== 'KILLED' && event.verdict !== 'NOT_BUILT'
    return !isCampaign && event.type === 'test-finished' && (event.verdict === 'FAIL' || event.verdict === 'ERROR')
  })
}
