// Builds the nouns of scenarios on an agent.
import type { Agent } from '../agent/client.ts'
import type { HugePageSize } from '../base/huge-page-sizes.ts'
import type { Dialect } from '../uapi/dialect.ts'
import { checkMemoryOptions } from './check-memory-options.ts'
import { check, expectDone, expectErrno } from './check.ts'
import { ConversionTimes } from './kernel/conversion-times.ts'
import type { ScenarioContext } from './scenario-context.ts'
import { createMemory } from './create-memory.ts'
import { countDyingGroups, enterGroup } from './kernel/control-group.ts'
import { countMapleNodes, readKernelMemory } from './kernel-words.ts'
import { interfaceOf } from './kernel-interface.ts'
import { leavesNothing } from './kernel/leaves-nothing.ts'
import { failFrame, failureMessages, manyUnpoisoned, unpoison } from './memory-failure.ts'
import { failAllocationsFrom, failEachAllocation } from './disturb/failing-allocations.ts'
import { HugeFiles } from './huge-page-layout.ts'
import { killedDuring, signalled } from './disturb/signalled.ts'
import { poolsOf } from './pools.ts'

/** The kernel under test, as far as scenarios depend on it. */
export interface Kernel {
  readonly dialect: Dialect
  /** The sizes of huge pages that its files may have, and whose pools have pages. */
  readonly hugePages: readonly HugePageSize[]
}

function isOffered(kind: object, sizes: readonly HugePageSize[]): boolean {
  const nested = 'options' in kind && typeof kind.options === 'object' && kind.options !== null ? kind.options : {}
  const { hugePages }: { readonly hugePages?: unknown } = { ...nested, ...kind }
  return hugePages === undefined || sizes.some((size) => size === hugePages)
}

/**
 * Creates the context of one scenario. `agent.reset()` closes everything that the scenario creates through it. `expectLog`
 * gets the patterns of the warnings that the scenario expects, and `times` the durations of its conversions.
 */
export function createContext(
  agent: Agent,
  { dialect, hugePages }: Kernel,
  expectLog: (pattern: RegExp) => void,
  times: ConversionTimes = new ConversionTimes(),
): ScenarioContext {
  const stage = { agent, files: new HugeFiles(), expectLog, times }
  return {
    agent,
    dialect,
    uapi: interfaceOf(dialect),
    offered: (kinds) => kinds.filter((kind) => isOffered(kind, hugePages)),
    check,
    memory: async (options) => {
      checkMemoryOptions(options)
      return createMemory(stage, options.twoMemories === true ? 'vm-attributes' : dialect, options)
    },
    expectErrno,
    expectDone,
    expectLog,
    runOnCpu: async (cpu) => {
      expectDone(await agent.setAffinity(2 ** cpu), `moving the agent to CPU ${cpu}`)
    },
    mapleNodes: () => countMapleNodes(agent),
    pools: poolsOf(agent),
    kernelMemory: () => readKernelMemory(agent),
    enterGroup: (name) => enterGroup(agent, name),
    dyingGroups: () => countDyingGroups(agent),
    failEachAllocation: (options) => failEachAllocation(agent, options),
    failAllocationsFrom: (options) => failAllocationsFrom(agent, options),
    leavesNothing: (rounds) => leavesNothing(agent, rounds),
    failFrame: (pfn) => {
      expectLog(failureMessages)
      return failFrame(agent, pfn)
    },
    signalled: (options, operation) => signalled(agent, options, operation),
    killedDuring: (after, operation) => killedDuring(agent, after, operation),
    unpoison: (pfn) => {
      expectLog(manyUnpoisoned)
      return unpoison(agent, pfn)
    },
  }
}
