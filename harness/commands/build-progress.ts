// Shows the progress of a kernel build; used by every verb that builds.
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

/** Returns a listener for `provideKernel` that shows the progress on `line`. */
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
  // The number is that of a full build: an upper bound for an incremental one.
  return expected === undefined || built > expected ? `${built} objects` : `${built} of at most ${expected} objects`
}
