// What else is found out about a kernel that complained, died or hangs, before its machine is given up.
import { GmemtestError } from '../base/errors.ts'
import type { Splat } from '../console/find-splats.ts'
import type { VmDeath } from '../vm/vm.ts'
import { callTrace } from './call-trace.ts'
import type { Hang } from './hang.ts'
import type { NamedScenario } from '../suites/scenarios/load-scenarios.ts'
import type { Instance } from '../instance/instance.ts'

export interface Examined {
  /** The same hang, with file and line in its stacks. */
  readonly hang?: Hang
  /** The call trace of the first complaint, the innermost function first. */
  readonly trace: readonly string[]
  /** How to open the dump of the guest's memory, or why there is none though it was wanted. */
  readonly vmcore?: string
}

/** What is known so far. */
export interface Found {
  readonly death: VmDeath | undefined
  readonly hang: Hang | undefined
  readonly splat: Splat | undefined
}

/** After these QEMU is still there, and the guest as it was. */
const dumpable: ReadonlySet<VmDeath['kind']> = new Set(['panic', 'guest-stopped'])

/**
 * Examines the machine as far as that is wanted; nothing of it changes the verdict.
 * @throws the reason of `signal`
 */
export async function examine(
  scenario: NamedScenario,
  instance: Instance,
  { death, hang, splat }: Found,
  signal: AbortSignal,
): Promise<Examined> {
  const isKernels = death === undefined ? hang?.verdict === 'FAIL' : dumpable.has(death.kind)
  const vmcore = isKernels ? await dumped(scenario, instance, signal) : undefined
  const decode = instance.decode ?? undecoded
  return {
    ...(hang === undefined ? {} : { hang: { ...hang, details: await decode(hang.details, signal) } }),
    trace: splat === undefined ? [] : await decode(callTrace(splat), signal),
    ...(vmcore === undefined ? {} : { vmcore }),
  }
}

async function dumped(
  scenario: NamedScenario,
  { dump }: Instance,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await dump?.(scenario.name, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof GmemtestError)) throw error
    return `there is no dump: ${error.message}`
  }
}

async function undecoded(lines: readonly string[]): Promise<readonly string[]> {
  return lines
}
