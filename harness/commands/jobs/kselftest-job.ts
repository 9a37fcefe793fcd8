// The work of `gmemtest kselftest`: builds the programs first, since a wrong name shows there, then the kernel.
import { exitCodes } from '../../base/errors.ts'
import { fullName, selftestName } from '../../kernel/definition/selftest-name.ts'
import { listSelftests, provideSelftests } from '../../kernel/selftests.ts'
import { plainText } from '../../report/plain.ts'
import { selftestSuite, selftestTest } from '../../suites/kselftest/selftest-test.ts'
import { buildOptions } from '../build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { chosenDefinition } from '../definitions/kernel-choice.ts'
import { prepareJob } from './job.ts'
import type { JobOptions } from '../job-options.ts'
import { progressLine } from '../progress.ts'
import { runSuite } from './suite-job.ts'
import { requireEnvironment } from '../require-environment.ts'

/** Prints the tests of the targets, one a line. */
export async function listKselftests(
  targets: readonly string[],
  options: JobOptions,
  context: CommandContext,
): Promise<number> {
  await requireEnvironment()
  const definition = await chosenDefinition(options, context)
  using line = progressLine(context.stderr, context.isTty)
  const build = buildOptions(line, definition, options, context.signal)
  const lists: string[] = []
  for (const target of new Set(targets)) lists.push(...(await listSelftests(definition, target, build)))
  line[Symbol.dispose]()
  context.stdout.write(lists.map((name) => `${plainText(name)}\n`).join(''))
  return exitCodes.ok
}

/** Runs the tests of these names, and those of `others` that the tree has, and returns the exit code. */
export async function runKselftest(
  words: readonly string[],
  others: readonly string[],
  options: JobOptions,
  context: CommandContext,
): Promise<number> {
  const names = [
    ...[...new Set(words)].map(selftestName),
    ...others.map((word) => ({ ...selftestName(word), ifPresent: true }) as const),
  ]
  const [job, programs] = await prepareJob(options, context, selftestSuite, async (definition) => {
    using line = progressLine(context.stderr, context.isTty)
    return await provideSelftests(definition, names, buildOptions(line, definition, options, context.signal))
  })
  return runSuite(
    {
      verb: 'kselftest',
      suite: selftestSuite,
      names: programs.map(fullName),
      flags: [],
      isPlain: false,
      keep: false,
      needsDialect: false,
      load: async () => programs.map(selftestTest),
    },
    job,
  )
}
