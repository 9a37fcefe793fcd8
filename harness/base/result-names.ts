// The names of the result files of a run.

/** The names of the files in a directory of results (docs/results.md). */
export const resultNames = {
  events: 'results.jsonl',
  tap: 'results.tap',
  ktap: 'results.ktap',
  junit: 'junit.xml',
  kcidb: 'kcidb.json',
  summary: 'summary.md',
  html: 'report.html',
  provenance: 'provenance.json',
  console: 'console.log',
  /** A directory: the consoles of the running instances. */
  consoles: 'consoles',
  /** A directory: which lines of the kernel ran (gmemtest coverage). */
  coverage: 'coverage',
} as const

/** Returns the name of the program of a finding (gmemtest fuzz). */
export function findingName(number: number): string {
  return `finding-${number}.yaml`
}

/** Tells whether a name is that of the program of a finding. */
export function isFindingName(name: string): boolean {
  return /^finding-\d+\.yaml$/.test(name)
}

/** The name in place of a scenario for the dump of an instance that stays up (run --keep). */
export const keptName = 'keep'

/** Returns the name of the file with the operations of a failed test. */
export function programName(test: string): string {
  return `program-${test.replaceAll('/', '-')}.json`
}

/** Returns the name of the dump of the instance's memory after a test (--vmcore). The target of a selftest may be a path. */
export function vmcoreName(test: string): string {
  return `vmcore-${test.replaceAll('/', '-')}`
}
