// The work of `gmemtest kselftest`: builds the programs first, since a wrong name shows there, then the kernel.
import { exitCodes } from '../../base/errors.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import { fullName, selftestName } from '../../kernel/definition/selftest-name.ts'
import {
  listSelftests,
  provideSelftests,
  type WantedSelftest,
  type BrokenSelftest,
  type Selftest,
} from '../../kernel/selftests.ts'
import { plainText } from '../../report/plain.ts'
import { selftestSuite, selftestTest } from '../../suites/kselftest/selftest-test.ts'
import { buildOptions } from '../progress/build-progress.ts'
import type { CommandContext } from '../command-context.ts'
import { chosenDefinition } from '../definitions/kernel-choice.ts'
import { chooseJob, prepareJob } from './job.ts'
import type { JobOptions } from '../job-options.ts'
import { progressLine } from '../progress/progress.ts'
import { runSuite } from './suite-job.ts'
import { requireEnvironment } from '../require-environment.ts'

type Program = Selftest | BrokenSelftest

function namesOf(programs: readonly Program[]): string[] {
  return programs.map(fullName)
}

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

/** Prints what a run would do. The programs are not built, and the plan needs their names alone. */
async function planKselftest(
  names: readonly WantedSelftest[],
  options: JobOptions,
  context: CommandContext,
): Promise<number> {
  const [facts] = await chooseJob(options, context, selftestSuite, async () => undefined)
  const others = names.filter((name) => !isSure(name))
  const { dryRun } = await import('../planning/dry-run.ts')
  const unbuilt = { program: '', timeout: 0 }
  const exitCode = await dryRun(
    names.filter(isSure).map((name) => selftestTest({ ...name, ...unbuilt })),
    facts,
  )
  if (others.length > 0) context.stdout.write(`if the tree has it: ${others.map(fullName).join(' ')}\n`)
  return exitCode
}

function isSure({ ifPresent }: WantedSelftest): boolean {
  return ifPresent !== true
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
  if (options.dryRun === true) return await planKselftest(names, options, context)
  const provide = async (definition: KernelDefinition): Promise<Program[]> => {
    using line = progressLine(context.stderr, context.isTty)
    return await provideSelftests(definition, names, buildOptions(line, definition, options, context.signal))
  }
  const [job, programs] = await prepareJob(options, context, selftestSuite, provide, namesOf)
  return runSuite(
    {
      verb: 'kselftest',
      suite: selftestSuite,
      names: namesOf(programs),
      flags: [],
      isPlain: false,
      keep: false,
      needsDialect: false,
      load: async () => programs.map(selftestTest),
    },
    job,
  )
}
