// The dialects: one row for each, with its record in dialects/.
import type { DialectSpec } from './dialect-spec.ts'
import { convertIoctl } from './dialects/convert-ioctl.ts'
import { gmemAttributes } from './dialects/gmem-attributes.ts'
import { vmAttributes } from './dialects/vm-attributes.ts'

/** The names of the dialects (docs/architecture.md, Words); their order is part of the wire format of the agent. */
export const dialects = ['convert-ioctl', 'gmem-attributes', 'vm-attributes'] as const
export type Dialect = (typeof dialects)[number]

/** The record of each dialect. */
export const dialectSpecs: Readonly<Record<Dialect, DialectSpec>> = {
  'convert-ioctl': convertIoctl,
  'gmem-attributes': gmemAttributes,
  'vm-attributes': vmAttributes,
}
