// Compares the results of one test on two kernels: is the second one worse, better, or is it chance?
import { fisher, pText, realDifference } from '../../base/statistics/fisher.ts'
import { plural } from '../../base/plural.ts'
import { isFailure, isSameFailure, traitsOf } from '../../report/stored/failure.ts'
import type { Change, TestFinished } from '../../report/events.ts'

/** The results of a test on one kernel: one, or one for each repetition. Each has a verdict on the test. */
export type Results = readonly [TestFinished, ...TestFinished[]]

/** What differs in a test. */
export interface TestDifference {
  /** The result on the second kernel that shows it. */
  readonly shown: TestFinished
  readonly change: Change
  /** One sentence about both kernels. */
  readonly because: string
}

/** The names of the kernels, for sentences. */
export interface KernelNames {
  readonly first: string
  readonly second: string
}

/** Returns the difference of a test; undefined when there is none. */
export function compareTest(first: Results, second: Results, names: KernelNames): TestDifference | undefined {
  const isOnce = first.length === 1 && second.length === 1
  return bySkip(first, second, names) ?? (isOnce ? byVerdict(first[0], second[0], names) : byRate(first, second, names))
}

function ran(results: Results): TestFinished[] {
  return results.filter(({ verdict }) => verdict !== 'SKIP')
}

function bySkip(
  first: Results,
  second: Results,
  { first: one, second: other }: KernelNames,
): TestDifference | undefined {
  const [firstRan, secondRan] = [ran(first), ran(second)]
  if (firstRan.length > 0 && secondRan.length === 0) {
    const how = firstRan.some(isFailure) ? 'failed' : 'passed'
    return { shown: second[0], change: 'new', because: `it ${how} on ${one} and is skipped on ${other}` }
  }
  if (firstRan.length > 0 || secondRan.length === 0) return undefined
  const failed = secondRan.find(isFailure)
  const [shown = second[0]] = failed === undefined ? secondRan : [failed]
  const how = failed === undefined ? 'passes' : 'fails'
  const because = `it is skipped on ${one} (${first[0].reason ?? 'no reason was given'}) and ${how} on ${other}`
  return { shown, change: failed === undefined ? 'fixed' : 'new', because }
}

function byVerdict(before: TestFinished, now: TestFinished, names: KernelNames): TestDifference | undefined {
  const { first, second } = names
  if (!isFailure(now)) {
    return isFailure(before)
      ? { shown: now, change: 'fixed', because: `it fails on ${first}: ${messageOf(before)}` }
      : undefined
  }
  if (isFailure(before) && isSameFailure(traitsOf(before), traitsOf(now))) return undefined
  const because = isFailure(before)
    ? `it fails in another way on ${first}: ${messageOf(before)}`
    : `it passes on ${first} and fails on ${second}`
  return { shown: now, change: 'new', because }
}

/** Compares rates by Fisher's exact test: those of all failures, and that of failures that the first kernel does not have. */
function byRate(first: Results, second: Results, names: KernelNames): TestDifference | undefined {
  const before = ran(first)
  const now = ran(second)
  const failedBefore = before.filter(isFailure)
  const failedNow = now.filter(isFailure)
  const known = failedBefore.map(traitsOf)
  const strange = failedNow.filter((event) => !known.some((traits) => isSameFailure(traits, traitsOf(event))))
  const [shown = second[0]] = [...strange, ...failedNow]
  const shares = { count: failedBefore.length, total: before.length }
  const p = fisher(shares, { count: failedNow.length, total: now.length })
  const isMore = failedNow.length * before.length > failedBefore.length * now.length
  const rates = `it failed in ${failedNow.length} of ${plural(now.length, 'run')} on ${names.second}, and in ${failedBefore.length} of ${before.length} on ${names.first}`
  const isReal = p < realDifference
  const because = `${rates}: the difference is real, ${pText(p)}`
  if (isReal && isMore) return { shown, change: 'new', because }
  const pOfStrange = fisher({ count: 0, total: before.length }, { count: strange.length, total: now.length })
  if (failedBefore.length > 0 && pOfStrange < realDifference) {
    const ways = `${strange.length} of ${failedNow.length} failed in a way that ${names.first} does not have`
    return { shown, change: 'new', because: `${rates}; ${ways}: ${pText(pOfStrange)}` }
  }
  if (isReal) return { shown: now.find(({ verdict }) => verdict === 'PASS') ?? shown, change: 'fixed', because }
  const isSame = failedBefore.length * now.length === failedNow.length * before.length && strange.length === 0
  return isSame ? undefined : { shown, change: 'flaky', because: `${rates}: that may be chance, ${pText(p)}` }
}

function messageOf({ diagnostic, verdict }: TestFinished): string {
  return diagnostic?.message ?? verdict
}
