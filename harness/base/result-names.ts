// The names of the files that a run leaves behind.

/** The names of the files in a directory of results (docs/results.md). */
export const resultNames = {
  events: 'results.jsonl',
  tap: 'results.tap',
  provenance: 'provenance.json',
  console: 'console.log',
  /** A directory: the consoles of the machines that are up. */
  consoles: 'consoles',
} as const

/** The dump of the guest's memory after a scenario (run --vmcore). */
export function vmcoreName(scenario: string): string {
  return `vmcore-${scenario}`
}
