// The YAML block of a test point. No line is folded, so that each text without line feeds stands on one line.
import { Scalar, stringify } from 'yaml'
import { visibleValue } from '../plain.ts'

/** The fields that are command lines to copy: they are written without the quotes and escapes of YAML. */
const commands: ReadonlySet<string> = new Set(['again', 'vmcore'])
const options = { lineWidth: 0 } as const

/** Returns the lines of a block with these fields, and an empty line after it; an empty text without fields. */
export function yamlBlock(fields: Readonly<Record<string, unknown>>): string {
  const lines = yamlLines(fields)
  if (lines.length === 0) return ''
  return ['---', ...lines, '...', ''].map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')
}

/** Returns fields as lines of YAML; none without fields. */
export function yamlLines(fields: Readonly<Record<string, unknown>>): string[] {
  const entries = Object.entries(fields).map(([key, value]) => [key, valueFor(key, visibleValue(value))] as const)
  if (entries.length === 0) return []
  return stringify(Object.fromEntries(entries), options).replace(/\n$/, '').split('\n')
}

function valueFor(key: string, value: unknown): unknown {
  const isRaw = typeof value !== 'string' || !commands.has(key) || stringify(value, options) === `${value}\n`
  if (isRaw) return value
  const literal = new Scalar(value)
  literal.type = 'BLOCK_LITERAL'
  return literal
}
