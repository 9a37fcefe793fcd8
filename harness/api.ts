// Everything that a scenario may import.
export { scenario } from './suites/scenarios/scenario.ts'
export { page, pages, pagesPerHugePage, type PageRange } from './model/ranges.ts'
export { words } from './vocabulary/pack.ts'
export { pageSize } from './base/units.ts'
export {
  attributePrivate,
  fallocateModes,
  gmemFlags,
  ioctls,
  kvmCapabilities,
  mapFlags,
  memoryFaultFlags,
  protections,
  signalCodes,
  vmTypes,
} from './uapi/constants.ts'
export type { ScenarioContext, Memory, MemoryOptions } from './vocabulary/scenario-context.ts'
export type { Racer } from './vocabulary/racer.ts'
export type { GuestView, HostView } from './vocabulary/views.ts'
export { hugePageBytes, type HugePageSize } from './base/huge-page-sizes.ts'
export { runsOf, type PageState, type Run, type Tag } from './model/reference-model.ts'
export type { RuleId } from './catalogue/rules.ts'
export type { Capability } from './catalogue/capabilities.ts'
