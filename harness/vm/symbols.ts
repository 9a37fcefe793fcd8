// Names for addresses in the kernel, from the System.map that is kept beside it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Gives `function+0x1a/0x40` for an address in the kernel's text, nothing for any other. Where a call returns to may be the
 * beginning of the next function, when the one that called never goes on: that is asked for as a `return`.
 */
export type NameOf = (address: bigint, what?: 'instruction' | 'return') => string | undefined

interface Symbol {
  readonly address: bigint
  readonly name: string
}

/** Names by the text of a System.map: lines of address, type and name. */
export function namesIn(systemMap: string): NameOf {
  const symbols = textSymbols(systemMap)
  return (address, what = 'instruction') => {
    const inside = what === 'return' ? address - 1n : address
    const index = symbols.findLastIndex((symbol) => symbol.address <= inside)
    const [symbol, next] = [symbols[index], symbols[index + 1]]
    // The last symbol is the end of the text: nothing begins there.
    if (symbol === undefined || next === undefined) return undefined
    return `${symbol.name}+0x${(address - symbol.address).toString(16)}/0x${(next.address - symbol.address).toString(16)}`
  }
}

/** In ascending order up to the end of the text, one name an address: of aliases the first one, as the kernel has it. */
function textSymbols(systemMap: string): Symbol[] {
  const symbols = new Map<bigint, string>()
  for (const [, digits, name] of systemMap.matchAll(/^([0-9a-f]+) [tTwW] (\S+)$/gm)) {
    if (digits === undefined || name === undefined) continue
    const address = BigInt(`0x${digits}`)
    if (!symbols.has(address)) symbols.set(address, name)
  }
  const sorted = Array.from(symbols, ([address, name]) => ({ address, name })).toSorted((a, b) =>
    a.address < b.address ? -1 : 1,
  )
  return sorted.slice(0, sorted.findIndex(({ name }) => name === '_etext') + 1)
}

/** Names for the kernel of this file; a map that is not there names nothing. */
export async function namesBeside(vmlinux: string): Promise<NameOf> {
  const file = path.join(path.dirname(vmlinux), 'System.map')
  const text = await readFile(file, 'utf8').catch(() => '')
  return namesIn(text)
}
