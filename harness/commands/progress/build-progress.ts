// Shows the progress of a kernel build; used by every verb that builds.
import { cacheDirectory } from '../../base/paths.ts'
import { plural } from '../../base/plural.ts'
import type { KernelDefinition } from '../../kernel/definition/definition.ts'
import type { BuildContext, BuildProgress, Phase } from '../../kernel/provide-progress.ts'
import type { JobOptions } from '../job-options.ts'
import type { ProgressLine } from './progress.ts'

const words = {
  waiting: 'waiting',
  source: 'source',
  series: 'applying the series',
  config: 'configuring',
  compile: 'compiling',
  store: 'storing',
} as const satisfies Record<Phase, string>

/** Returns the options of `provideKernel` for a verb that shows the progress on `line`. */
export function buildOptions(
  line: ProgressLine,
  { name }: KernelDefinition,
  { aptSuite }: Pick<JobOptions, 'aptSuite'>,
  signal: AbortSignal,
): BuildContext {
  return {
    cache: cacheDirectory(),
    signal,
    progress: showBuild(line, name),
    ...(aptSuite === undefined ? {} : { aptSuite }),
  }
}

function showBuild(line: ProgressLine, kernel: string): (progress: BuildProgress) => void {
  return (progress) => {
    switch (progress.type) {
      case 'phase':
        showPhase(line, progress.phase, `${kernel}: ${words[progress.phase]}: ${progress.detail}`)
        return
      case 'objects':
        line.show(`${kernel}: ${words.compile}: ${countOf(progress.built, progress.expected)}`)
        return
      case 'notice':
        line.say(progress.message)
        return
      default:
        progress satisfies never
    }
  }
}

/** Phases that take a second or two, for which a log needs no line. */
const short: ReadonlySet<Phase> = new Set(['series', 'store'])

function showPhase(line: ProgressLine, phase: Phase, text: string): void {
  if (short.has(phase)) line.show(text)
  else line.begin(text)
}

function countOf(built: number, expected: number | undefined): string {
  // The number is that of a full build: an upper bound for an incremental one.
  return expected === undefined || built > expected
    ? plural(built, 'object')
    : `${built} of at most ${plural(expected, 'object')}`
}
