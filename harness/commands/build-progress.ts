// What a kernel build says, as a line of progress. Used by every verb that may have to build.
import type { BuildProgress, Phase } from '../kernel/provide-progress.ts'
import type { ProgressLine } from './progress.ts'

const words = {
  waiting: 'waiting',
  source: 'source',
  series: 'applying the series',
  config: 'configuring',
  compile: 'compiling',
  store: 'storing',
} as const satisfies Record<Phase, string>

/** A listener for `provideKernel` that shows on `line` what goes on. */
export function showBuild(line: ProgressLine, kernel: string): (progress: BuildProgress) => void {
  return (progress) => {
    switch (progress.type) {
      case 'phase':
        line.show(`${kernel}: ${words[progress.phase]}: ${progress.detail}`)
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

function countOf(built: number, expected: number | undefined): string {
  // Less is built again than the last time from nothing: the number is only a bound then.
  return expected === undefined || built > expected
    ? `${built} objects`
    : `${built} of at most ${expected} objects`
}
