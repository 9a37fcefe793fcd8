// All that a scenario may import: what a scenario is, and the words for ranges of pages.
export { scenario } from './scenario/scenario.ts'
export { page, pages } from './scenario/pages.ts'
export { words } from './scenario/words.ts'
export { pagesPerHugePage } from './scenario/huge-pages.ts'
export { pageSize } from './project/units.ts'
export {
  attributePrivate,
  capabilities,
  fallocateModes,
  gmemFlags,
  ioctls,
  mapFlags,
  memoryFaultFlags,
  protections,
  vmTypes,
} from './agent/uapi.ts'
export type { ScenarioContext, Memory, MemoryOptions } from './scenario/context.ts'
export type { Racer } from './scenario/racer.ts'
export type { GuestView, HostView } from './scenario/views.ts'
export { hugePageBytes } from './project/huge-pages.ts'
export type { HugePageSize } from './project/huge-pages.ts'
export type { PageRange } from './scenario/pages.ts'
export type { PageState, Run, Tag } from './scenario/model.ts'
export type { RuleId } from './scenario/rules.ts'
export type { Need } from './scenario/needs.ts'
