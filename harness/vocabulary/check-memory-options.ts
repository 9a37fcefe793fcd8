// Checks the options of `memory`, because scenarios may run without the compiler.
import { hugePageSizes } from '../base/huge-page-sizes.ts'
import { nearest } from '../base/nearest.ts'
import type { MemoryOptions } from './scenario-context.ts'

interface Option {
  readonly wanted: string
  readonly isValid: (value: unknown) => boolean
}

const flag: Option = { wanted: 'true or false', isValid: (value) => value === undefined || typeof value === 'boolean' }

const known: Readonly<Record<keyof MemoryOptions, Option>> = {
  pages: {
    wanted: 'a whole number of 4K pages from 1 on',
    isValid: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0,
  },
  hugePages: {
    wanted: hugePageSizes.map((size) => `'${size}'`).join(' or '),
    isValid: (value) => value === undefined || hugePageSizes.some((size) => size === value),
  },
  initially: {
    wanted: "'shared' or 'private'",
    isValid: (value) => value === 'shared' || value === 'private',
  },
  slot: flag,
  mapped: flag,
  beside: {
    wanted: 'a file of this scenario',
    isValid: (value) => value === undefined || (typeof value === 'object' && value !== null && 'handles' in value),
  },
  twoMemories: flag,
}

/** @throws {Error} for an unknown option and for a value that the compiler refuses: the scenario is at fault */
export function checkMemoryOptions(options: object): void {
  const given = new Map<string, unknown>(Object.entries(options))
  const names = Object.keys(known)
  const strange = [...given.keys()].find((name) => !names.includes(name))
  if (strange !== undefined) {
    const [near] = nearest(strange, names)
    const next = near === undefined ? `the options are ${names.join(', ')}` : `write '${near}' instead`
    throw new Error(`memory has no option '${strange}'; ${next}`)
  }
  for (const [name, { wanted, isValid }] of Object.entries(known)) {
    const value = given.get(name)
    if (isValid(value)) continue
    const shown = typeof value === 'string' ? `'${value}'` : String(value)
    throw new Error(`memory: ${name} must be ${wanted}, got ${shown}`)
  }
}
