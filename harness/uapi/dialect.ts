// The dialects: the uAPIs by which a kernel converts guest memory.

/** The names of the dialects (docs/architecture.md, Words); their order is part of the wire format of the agent. */
export const dialects = ['convert-ioctl', 'gmem-attributes', 'vm-attributes'] as const
export type Dialect = (typeof dialects)[number]

/** The states of a page; their order is part of the wire format of the agent. */
export const pageStates = ['shared', 'private'] as const
export type PageState = (typeof pageStates)[number]
