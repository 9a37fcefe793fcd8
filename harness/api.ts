// Everything that a scenario may import.
export { scenario } from './suites/scenarios/scenario.ts'
export { page, pages, pagesPerHugePage, type PageRange } from './model/ranges.ts'
export { words } from './vocabulary/pack.ts'
export { copyWays } from './vocabulary/host-view.ts'
export { failureMessages } from './vocabulary/memory-failure.ts'
export { pageSize } from './base/units.ts'
export { gmemFlags } from './uapi/dialects/convert-ioctl.ts'
export {
  advices,
  attributes,
  fallocateModes,
  fileFlags,
  mapFlags,
  memoryFaultFlags,
  memoryPolicies,
  memslotFlags,
  openFlags,
  protections,
  remapFlags,
  signalCodes,
  vmTypes,
} from './uapi/constants.ts'
export { interfaceOf, type KernelInterface, type RawArgument } from './vocabulary/kernel-interface.ts'
export type { ScenarioContext, Memory, MemoryOptions } from './vocabulary/scenario-context.ts'
export type { Group } from './vocabulary/kernel/control-group.ts'
export { call, made, type RoundCall } from './vocabulary/kernel/leaves-nothing.ts'
export { dialects, type Dialect } from './uapi/dialect.ts'
export type { Racer } from './vocabulary/racer.ts'
export type { Step } from './vocabulary/steps/step.ts'
export type { CopyView, CopyWay, GuestView, HostView } from './vocabulary/views.ts'
export { hugePageBytes, type HugePageSize } from './base/huge-page-sizes.ts'
export { runsOf, type PageState, type Run, type Tag } from './model/reference-model.ts'
export type { Scenario } from './suites/scenarios/scenario.ts'
export type { RuleId } from './catalogue/rules.ts'
export type { Capability } from './catalogue/capabilities.ts'
