// The description of the table that both sides make by themselves and compare when they meet.
import { snakeCase } from './codec.ts'
import { operations } from './operations.ts'
import { headerSize, maximumFrame, protocolVersion } from './protocol.ts'

/**
 * One line for each operation, in the names of C: `12 convert(target dialect to …) -> (error_offset …)`.
 * The order of the words is the order of the fields, so equal texts mean equal structures.
 */
export function describeLayout(): string {
  const lines = Object.entries(operations).map(([name, operation]) => {
    const request = Object.keys(operation.request).map(snakeCase).join(' ')
    const answer = Object.keys(operation.answer).map(snakeCase).join(' ')
    return `${operation.number} ${snakeCase(name)}(${request}) -> (${answer})`
  })
  return [`protocol ${protocolVersion} header ${headerSize} maximum ${maximumFrame}`, ...lines].join('\n')
}

/** What is different between two descriptions, as the first two lines that differ; nothing when they agree. */
export function differenceOfLayouts(ours: string, theirs: string): string | undefined {
  const wanted = ours.split('\n')
  const found = theirs.trimEnd().split('\n')
  for (let index = 0; index < Math.max(wanted.length, found.length); index++) {
    if (wanted[index] !== found[index]) {
      return `the harness has "${wanted[index] ?? 'nothing'}", the agent "${found[index] ?? 'nothing'}"`
    }
  }
  return undefined
}
