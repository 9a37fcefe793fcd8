// The whole wire format: the agent's headers are generated from it, and both sides compare its digests in `hello`.
import { createHash } from 'node:crypto'
import { dialects } from '../../uapi/dialect.ts'
import { pageStates } from '../../uapi/constants.ts'
import { words } from '../vocabulary.ts'
import { handleKinds } from './fields.ts'
import { operations } from './operations.ts'
import { headerSize, magic, maximumFrame, protocolVersion, statuses, callResult, processResult } from './protocol.ts'
import { records } from './records.ts'

/** The words whose position in their list travels, by the name of the enumeration in C. */
export const enumerations: Readonly<Record<string, readonly string[]>> = {
  status: statuses,
  kind: handleKinds,
  dialect: dialects,
  state: pageStates,
  ...words,
}

export const numbers = {
  protocolVersion,
  frameMagic: magic,
  headerSize,
  maximumFrame,
  callResult,
  processResult,
} as const

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}

/** Digests of what both sides must agree on, one for each header: names, numbers, and the order of fields and words. */
export function tableDigests(): { readonly protocol: string; readonly operations: string } {
  const shapes = Object.entries(records).map(([name, { width, fields }]) => [name, width, Object.keys(fields)])
  const rows = Object.entries(operations).map(([name, { number, request, answer }]) => [
    number,
    name,
    Object.keys(request),
    Object.keys(answer),
  ])
  return { protocol: digest([numbers, enumerations, shapes]), operations: digest(rows) }
}

/** Both digests, as the agent sends them in its answer to `hello`. */
export function joinedDigests(): string {
  const { protocol, operations: table } = tableDigests()
  return `${protocol}-${table}`
}
