// The dialects: one row for each, with its record in dialects/.
import type { DialectSpec } from './dialect-spec.ts'
import { convertIoctl } from './dialects/convert-ioctl.ts'
import { gmemAttributes } from './dialects/gmem-attributes.ts'
import { gmemAttributesV1 } from './dialects/gmem-attributes-v1.ts'
import { vmAttributes } from './dialects/vm-attributes.ts'

/** The names of the dialects (docs/architecture.md, Words); their order is part of the wire format of the agent. */
export const dialects = ['convert-ioctl', 'gmem-attributes', 'vm-attributes', 'gmem-attributes-v1'] as const
export type Dialect = (typeof dialects)[number]

/** Tells whether a text is the name of a dialect. */
export function isDialect(text: string): text is Dialect {
  return dialects.some((dialect) => dialect === text)
}

/** The dialects that differ in more than numbers: rules are told for these. The others follow the one whose record they extend. */
export const ruleDialects = ['convert-ioctl', 'gmem-attributes', 'vm-attributes'] as const satisfies readonly Dialect[]
export type RuleDialect = (typeof ruleDialects)[number]

/** Returns the dialect whose rules the kernels of a dialect follow. */
export function rulesFollowedBy(dialect: Dialect): RuleDialect {
  return dialect === 'gmem-attributes-v1' ? 'gmem-attributes' : dialect
}

/** The dialect in a kernel definition; `auto`: the one that the booted kernel turns out to speak. */
export const dialectChoices = [...dialects, 'auto'] as const
export type DialectChoice = (typeof dialectChoices)[number]

/** The record of each dialect. */
export const dialectSpecs: Readonly<Record<Dialect, DialectSpec>> = {
  'convert-ioctl': convertIoctl,
  'gmem-attributes': gmemAttributes,
  'vm-attributes': vmAttributes,
  'gmem-attributes-v1': gmemAttributesV1,
}

/** Returns the words for the command line of a kernel by which its dialect works, or any dialect with `auto`. */
export function parametersFor(choice: DialectChoice): readonly string[] {
  const chosen = choice === 'auto' ? dialects : [choice]
  return [...new Set(chosen.flatMap((name) => dialectSpecs[name].parameters))]
}
