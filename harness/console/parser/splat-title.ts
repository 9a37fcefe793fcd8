// The title of a splat: the same whenever the same fault happens.
import type { Groups } from './line-matcher.ts'
import type { Pattern } from '../pattern-table.ts'
import { functionOf } from '../stack-frames.ts'

/** Addresses in brackets or behind a name and a sign, such as `mm:ffff888012345678`. */
const markedAddresses =
  / ?(?:\((?:0x)?[0-9a-f]{16}\)|\[<?(?:0x)?[0-9a-f]{16}>?\]|\b[a-z_]{1,20}[:=](?:0x)?[0-9a-f]{16})(?!\w)/g
/** Addresses, with the words that introduce them; a short number behind `=` is none. */
const addresses =
  /(?:,? \b(?:at|for|for address|at address|at addr|address|ip))?:? (?:0x[0-9a-f]+|(?=[0-9a-f]*\d)[0-9a-f]{8}|[0-9a-f]{16})(?![\w.])/g

/** Makes the title from a row, the groups of its expression and the guilty function. */
export function titleOf(pattern: Pattern, groups: Groups, frame: string | undefined): string {
  const words = pattern.title.replaceAll(/\$(\w+)/g, (_, name: string) => groups[name] ?? '') || pattern.kind
  const title = words
    .replaceAll(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '')
    .replaceAll(markedAddresses, '')
    .replaceAll(addresses, '')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
    .replace(/:$/, '')
  if (frame === undefined) return title
  const { other } = groups
  return `${title} in ${frame}${other === undefined ? '' : ` / ${functionOf(other)}`}`
}
