// The formats of reports, one row each, and the reports that every run writes.
import { resultNames } from '../base/result-names.ts'
import type { SinkFactory } from './events.ts'

/** The formats by name; the code of a format is loaded when a report is opened. */
export const formats = {
  terminal: async () => (await import('./terminal.ts')).terminalSink,
  tap: async () => (await import('./tap.ts')).tapSink,
  jsonl: async () => (await import('./jsonl.ts')).jsonLinesSink,
} as const satisfies Record<string, () => Promise<SinkFactory>>

type FormatName = keyof typeof formats

/** A report: its format, and a stream of this process or a file in the directory of the results. */
export interface ReportTarget {
  readonly format: FormatName
  readonly to: 'stdout' | 'stderr' | { readonly file: string }
}

/** The reports of every run. The terminal comes first: it clears its progress line before a test point is written. */
export const defaultReports: readonly ReportTarget[] = [
  { format: 'terminal', to: 'stderr' },
  { format: 'tap', to: 'stdout' },
  { format: 'tap', to: { file: resultNames.tap } },
  { format: 'jsonl', to: { file: resultNames.events } },
]
