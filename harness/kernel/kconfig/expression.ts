// Evaluates Kconfig expressions, to find the part of a dependency that is not met.

/** Returns the value of a symbol as in .config; `n` for an unset symbol. */
export type ValueOf = (symbol: string) => string

/** Splits an expression into symbols, quoted strings, operators and whole $(macros). */
function tokensOf(expression: string): string[] {
  return expression.match(/\$\((?:[^()]|\([^()]*\))*\)|"[^"]*"|'[^']*'|&&|\|\||!=|<=|>=|[!=<>()]|[\w-]+/g) ?? []
}

/** Returns the symbols of an expression, each once. */
export function symbolsOf(expression: string): string[] {
  return [...new Set(tokensOf(expression).filter((token) => /^(?![ymn]$|\d+$)[A-Za-z0-9_]+$/.test(token)))]
}

const level = { n: 0, m: 1, y: 2 } as const

function levelOf(value: string): number {
  return value === 'y' ? level.y : value === 'm' ? level.m : level.n
}

const comparisons: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => Number(left) < Number(right),
  '>': (left, right) => Number(left) > Number(right),
  '<=': (left, right) => Number(left) <= Number(right),
  '>=': (left, right) => Number(left) >= Number(right),
}

/** Evaluates an expression to 0 (n), 1 (m) or 2 (y). A macro counts as y, because only make knows its result. */
export function evaluate(expression: string, valueOf: ValueOf): number {
  const tokens = tokensOf(expression)
  let position = 0

  /** Skips a token if it is the next one. */
  function skip(token: string): boolean {
    const isNext = tokens[position] === token
    if (isNext) position += 1
    return isNext
  }
  function or(): number {
    let value = and()
    while (skip('||')) value = Math.max(value, and())
    return value
  }
  function and(): number {
    let value = not()
    while (skip('&&')) value = Math.min(value, not())
    return value
  }
  function not(): number {
    if (skip('!')) return level.y - not()
    if (!skip('(')) return comparison()
    const value = or()
    skip(')')
    return value
  }
  function comparison(): number {
    const left = operand()
    const compare = comparisons[tokens[position] ?? '']
    if (compare === undefined) return left.startsWith('$(') ? level.y : levelOf(left)
    position += 1
    return compare(left, operand()) ? level.y : level.n
  }
  function operand(): string {
    const token = tokens[position] ?? 'n'
    position += 1
    if (/^["']/.test(token)) return token.slice(1, -1)
    return token.startsWith('$(') || /^([ymn]|-?\d+|0x[0-9a-f]+)$/i.test(token) ? token : valueOf(token)
  }
  return or()
}
