// A campaign of mutants: one trial after the other, and the control run that proves the kills.
import { exitCodeOf, exitCodes, messageOf } from '../../base/errors.ts'
import type { ReportEvent } from '../../report/events.ts'
import type { MutantResult, MutantVerdict } from '../../report/events/mutant-events.ts'
import type { Mutant } from './mutant-patches.ts'
import { onlyNamed } from '../../run/boot-plan.ts'
import { runOn } from '../../run/runner.ts'
import { likelyFirst, tryMutant, type TrialOptions } from './mutant-trial.ts'

export interface TrialsOptions extends Omit<TrialOptions, 'build' | 'emit' | 'claims'> {
  readonly mutants: readonly Mutant[]
  /** Builds the kernel with a mutant, or without one. */
  readonly build: (mutant: Mutant | undefined) => ReturnType<TrialOptions['build']>
  /** Never rejects. */
  readonly emit: (event: ReportEvent) => Promise<void>
  /** End with the first mutant that is not killed. */
  readonly failsFast?: boolean
}

export interface TrialsOutcome {
  readonly verdicts: Readonly<Record<MutantVerdict, number>>
  readonly exitCode: number
}

/**
 * Tries all mutants and emits their events. `mutants-finished` is always the last one.
 * @throws {InfraError} for trouble of this computer
 * @throws the reason of `signal`
 */
export async function tryMutants(options: TrialsOptions): Promise<TrialsOutcome> {
  const { mutants, emit } = options
  const started = performance.now()
  const verdicts = { KILLED: 0, SURVIVED: 0, NO_BOOT: 0, NOT_BUILT: 0, UNPROVEN: 0, ERROR: 0 }
  const finish = async (aborted: string | undefined): Promise<void> =>
    emit({
      type: 'mutants-finished',
      milliseconds: performance.now() - started,
      verdicts,
      ...(aborted === undefined ? {} : { aborted }),
    })
  try {
    const killers = new Set<string>()
    for (const mutant of mutants) {
      const result = await tryOne(mutant, options)
      verdicts[result.verdict] += 1
      for (const killer of result.killers) killers.add(killer.scenario)
      if (options.failsFast === true && result.verdict !== 'KILLED') {
        await finish(`${mutant.name} has ${result.verdict}, and the first failure ends the run`)
        return { verdicts, exitCode: exitCodeFor(verdicts) }
      }
    }
    const broken = await control(killers, options)
    await finish(undefined)
    return { verdicts, exitCode: broken ?? exitCodeFor(verdicts) }
  } catch (error) {
    await finish(messageOf(error))
    throw error
  }
}

async function tryOne(mutant: Mutant, options: TrialsOptions): Promise<MutantResult> {
  const { build, emit, again, plan } = options
  const { name, title, bugs, file, claims } = mutant
  await emit({ type: 'mutant-started', name, title })
  const result = await tryMutant({
    ...options,
    build: () => build(mutant),
    claims,
    plan: likelyFirst(
      plan,
      claims.map(({ scenario }) => scenario),
    ),
    again: () => again(name),
  })
  await emit({
    type: 'mutant-finished',
    name,
    title,
    ...(bugs.length === 0 ? {} : { bug: bugs.join(', ') }),
    patch: file,
    again: again(name),
    ...result,
  })
  return result
}

/**
 * Runs the killers on the kernel without a mutant. A killer that fails there as well proves nothing. Returns the exit code
 * when a killer does not pass.
 */
async function control(killers: ReadonlySet<string>, options: TrialsOptions): Promise<number | undefined> {
  const { emit } = options
  const started = performance.now()
  await emit({ type: 'control-started', scenarios: [...killers] })
  const broken = killers.size === 0 ? undefined : await runControl(killers, options)
  await emit({
    type: 'control-finished',
    milliseconds: performance.now() - started,
    tried: killers.size,
    ...(broken === undefined ? {} : { reason: broken.reason }),
  })
  return broken?.exitCode
}

async function runControl(
  killers: ReadonlySet<string>,
  options: TrialsOptions,
): Promise<{ readonly reason: string; readonly exitCode: number } | undefined> {
  const { build, emit, plan, signal } = options
  const failed: string[] = []
  await using kernel = await build(undefined)
  const outcome = await runOn(kernel, {
    ...options,
    plan: onlyNamed(plan, killers),
    emit: async (event) => {
      if (event.type === 'test-finished' && event.verdict !== 'PASS') failed.push(event.name)
      await emit(event)
    },
  })
  signal.throwIfAborted()
  if (outcome.error !== undefined) {
    const reason = `the kernel without a mutant does not come up: ${messageOf(outcome.error)}`
    return { reason, exitCode: exitCodeOf(outcome.error) }
  }
  if (failed.length === 0) return undefined
  const reason = `these do not pass without a mutant either, so their kills prove nothing: ${failed.join(', ')}`
  return { reason, exitCode: exitCodes.testFailed }
}

/** A mutant that survived counts before one that was not built. */
function exitCodeFor(verdicts: Readonly<Record<MutantVerdict, number>>): number {
  if (verdicts.SURVIVED + verdicts.UNPROVEN + verdicts.NO_BOOT + verdicts.ERROR > 0) return exitCodes.testFailed
  return verdicts.NOT_BUILT > 0 ? exitCodes.couldNotRun : exitCodes.ok
}
