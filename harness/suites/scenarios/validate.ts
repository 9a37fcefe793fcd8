// Checks the fields of a scenario when its file is loaded; the error for an unknown name lists the known names.
import { hugePageSizes, isHugePageSize } from '../../base/huge-page-sizes.ts'
import { nearest } from '../../base/nearest.ts'
import { bootVariants, isBootVariant } from '../../vm/profile.ts'
import { allBugs, isBugId } from '../../catalogue/bugs.ts'
import { capabilityNames, isCapability } from '../../catalogue/capabilities.ts'
import { allRules, isRuleId } from '../../catalogue/rules.ts'
import type { Scenario } from './scenario.ts'

/** Tells whether a value has the shape that `scenario()` returns; its names may still be unknown. */
export function isScenario(value: unknown): value is Scenario {
  return (
    isObject(value) &&
    typeof value['title'] === 'string' &&
    typeof value['timeout'] === 'number' &&
    typeof value['run'] === 'function' &&
    isObject(value['pools']) &&
    ['rules', 'bugs', 'needs', 'boot'].every((field) => isTexts(value[field]))
  )
}

/** Lists the mistakes in the names and numbers of a scenario, one text each. */
export function problemsOf({ rules, bugs, needs, boot, pools }: Scenario): string[] {
  return [
    ...unknown('rule', rules, isRuleId, () => allRules().map(([id]) => id)),
    ...unknown('bug', bugs, isBugId, () => allBugs().map(([id]) => id)),
    ...unknown('need', needs, isCapability, () => capabilityNames),
    ...unknown('boot variant', boot, isBootVariant, () => Object.keys(bootVariants)),
    ...unknown('size of huge pages', Object.keys(pools), isHugePageSize, () => [...hugePageSizes]),
    ...Object.entries(pools)
      .filter(([, count]) => !Number.isSafeInteger(count) || count < 0)
      .map(
        ([size, count]) => `the pool of ${size} pages must have a whole, non-negative number of pages, got ${count}`,
      ),
  ]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

/** All names are listed if there are so few; otherwise those that are near. */
const mostListed = 5

function unknown(
  what: string,
  texts: readonly string[],
  isKnown: (text: string) => boolean,
  known: () => readonly string[],
): string[] {
  return texts
    .filter((text) => !isKnown(text))
    .map((text) => {
      const near = known().length > mostListed ? nearest(text, known()) : []
      return `unknown ${what} '${text}', ${near.length > 0 ? 'near it' : 'known'}: ${(near.length > 0 ? near : known()).join(', ')}`
    })
}
