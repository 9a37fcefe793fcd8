// Refuses options that contradict one another.
import { UsageError } from '../../base/errors.ts'
import { plural } from '../../base/plural.ts'
import type { JobOptions } from '../job-options.ts'

/** @throws {UsageError} OPTION_VALUE for --keep with several jobs: the instance to keep would be undefined */
export function refuseKeepOfMany({ keep, jobs = 1 }: Pick<JobOptions, 'jobs'> & { readonly keep?: true }): void {
  if (keep !== true || jobs === 1) return
  throw new UsageError('OPTION_VALUE', `--keep leaves one instance up, and --jobs is ${jobs}`, {
    hint: 'leave one of the two out',
  })
}

/**
 * @throws {UsageError} OPTION_VALUE for --retry-new without a comparison, which alone tells what is new, and beside --keep:
 * the instance of the last test would be kept before the tests run again
 */
export function refuseLoneRetry({
  retryNew = 0,
  baseline,
  known,
  keep,
}: Pick<JobOptions, 'retryNew' | 'baseline' | 'known'> & { readonly keep?: true }): void {
  if (retryNew === 0) return
  if (baseline === undefined && known === undefined) {
    throw new UsageError('OPTION_VALUE', '--retry-new needs --baseline or --known, which tell what is new', {
      hint: 'for example: --baseline last --retry-new 3',
    })
  }
  if (keep !== true) return
  throw new UsageError(
    'OPTION_VALUE',
    '--keep leaves the instance of the last test up, and --retry-new runs tests after it',
    {
      hint: 'leave one of the two out',
    },
  )
}

/** More results than this fill the memory of gmemtest, and the night. */
const mostRuns = 100_000

/**
 * @throws {UsageError} OPTION_VALUE for --until-fail without --repeat; for --repeat beside --retry-new, which does the same for
 * new results alone; and for a repetition of `tests` tests that has too many runs
 */
export function refuseLoneUntilFail(
  { repeat, untilFail, retryNew = 0 }: Pick<JobOptions, 'repeat' | 'untilFail' | 'retryNew'>,
  tests: number,
): void {
  if (repeat === undefined) {
    if (untilFail !== true) return
    throw new UsageError('OPTION_VALUE', '--until-fail needs --repeat, which tells how often each test runs at most', {
      hint: 'for example: --repeat 100 --until-fail',
    })
  }
  if (retryNew > 0) {
    throw new UsageError('OPTION_VALUE', '--repeat runs each test again, and --retry-new those that are new', {
      hint: 'leave one of the two out',
    })
  }
  if (tests * repeat <= mostRuns) return
  const message = `--repeat ${repeat} of ${plural(tests, 'test')} has ${tests * repeat} runs, and the limit is ${mostRuns}`
  throw new UsageError('OPTION_VALUE', message, { hint: 'choose fewer tests, or repeat them less often' })
}
