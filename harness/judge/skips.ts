// Expected skips: a skip that the kernel definition does not list is a failure.
import type { JudgeFacts } from './facts.ts'

/**
 * Returns SKIP when the definition of the kernel expects that each of `names`, capabilities or tests, is skipped; else FAIL.
 */
export function skipped(
  reason: string,
  names: readonly string[],
  { expectSkips, kernel }: Pick<JudgeFacts, 'expectSkips' | 'kernel'>,
): { readonly verdict: 'SKIP' | 'FAIL'; readonly message: string } {
  const unexpected = names.filter((name) => !expectSkips.includes(name))
  if (unexpected.length === 0) return { verdict: 'SKIP', message: reason }
  const message = `${reason}; the definition of ${kernel} does not expect that (expectSkips lacks ${unexpected.join(', ')})`
  return { verdict: 'FAIL', message }
}
