// Names addresses in the kernel by the System.map beside it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Gives `function+0x1a/0x40` for an address in the kernel's text, nothing for any other. The address after a call that never
 * returns may be the beginning of the next function: name such an address as a `return`.
 */
export type NameOf = (address: bigint, what?: 'instruction' | 'return') => string | undefined

/** Makes the naming function from the text of a System.map: lines of address, type and name. */
export function namesIn(systemMap: string): NameOf {
  const symbols = textSymbols(systemMap)
  return (address, what = 'instruction') => {
    const inside = what === 'return' ? address - 1n : address
    const index = symbols.findLastIndex((symbol) => symbol.address <= inside)
    const [symbol, next] = [symbols[index], symbols[index + 1]]
    // The last symbol marks the end of the text.
    if (symbol === undefined || next === undefined) return undefined
    return `${symbol.name}+0x${(address - symbol.address).toString(16)}/0x${(next.address - symbol.address).toString(16)}`
  }
}

/** Parses the symbols up to the end of the text, in ascending order; of aliases the first one, as the kernel does. */
function textSymbols(systemMap: string): { readonly address: bigint; readonly name: string }[] {
  const symbols = new Map<bigint, string>()
  for (const [, digits, name] of systemMap.matchAll(/^([0-9a-f]+) [tTwW] (\S+)$/gm)) {
    if (digits === undefined || name === undefined) continue
    const address = BigInt(`0x${digits}`)
    if (!symbols.has(address)) symbols.set(address, name)
  }
  const all = Array.from(symbols, ([address, name]) => ({ address, name }))
  const sorted = all.toSorted((a, b) => (a.address < b.address ? -1 : 1))
  return sorted.slice(0, sorted.findIndex(({ name }) => name === '_etext') + 1)
}

/** Makes the naming function of a kernel; without a System.map it names nothing. */
export async function namesBeside(vmlinux: string): Promise<NameOf> {
  const file = path.join(path.dirname(vmlinux), 'System.map')
  return namesIn(await readFile(file, 'utf8').catch(() => ''))
}
