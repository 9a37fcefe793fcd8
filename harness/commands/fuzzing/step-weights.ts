// Parses the weights of steps: `race=8,pin=0`.
import { UsageError } from '../../base/errors.ts'
import { nearest } from '../../base/nearest.ts'
import { stepKinds } from '../../campaigns/fuzz/step-kinds.ts'
import type { Weights } from '../../campaigns/fuzz/search/sequences.ts'

const mostWeight = 1000
const names = stepKinds.map(({ name }) => name)

/**
 * Parses weights of steps; a step with weight 0 is never done.
 * @throws {UsageError} OPTION_VALUE for an unknown step, another weight than 0 to 1000, and when no step is left
 */
export function stepWeights(text: string): Weights {
  const weights = new Map<string, number>()
  for (const part of text.split(',')) {
    const [, name = '', digits = ''] = /^([a-z-]+)=(\d{1,4})$/.exec(part) ?? []
    const weight = Number(digits)
    if (!names.includes(name) || digits === '' || weight > mostWeight) {
      const [near = 'race'] = nearest(name === '' ? part : name, names)
      const message = `--weights must be NAME=N with a step and 0 ≤ N ≤ ${mostWeight}, got '${part}'`
      throw new UsageError('OPTION_VALUE', message, {
        hint: `for example: --weights ${near}=8; steps: ${names.join(' ')}`,
      })
    }
    weights.set(name, weight)
  }
  if (stepKinds.every(({ name, weight }) => (weights.get(name) ?? weight) === 0)) {
    throw new UsageError('OPTION_VALUE', '--weights leaves no step', { hint: 'give one of them a weight above 0' })
  }
  return weights
}

/** Returns the text that gives the same weights. */
export function weightsText(weights: Weights): string {
  return [...weights].map(([name, weight]) => `${name}=${weight}`).join(',')
}
