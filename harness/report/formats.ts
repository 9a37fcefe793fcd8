// The formats of reports, one row each, and the words of --report.
import { resultNames } from '../base/result-names.ts'
import type { SinkFactory } from './sinks.ts'

/** The formats by name; the code of a format is loaded when a report is opened. */
export const formats = {
  terminal: async () => (await import('./terminal/terminal.ts')).terminalSink,
  tap: async () => (await import('./tap/tap.ts')).tapSink,
  ktap: async () => (await import('./formats/ktap.ts')).ktapSink,
  junit: async () => (await import('./formats/junit.ts')).junitSink,
  kcidb: async () => (await import('./formats/kcidb.ts')).kcidbSink,
  annotations: async () => (await import('./formats/annotations.ts')).annotationsSink,
  summary: async () => (await import('./formats/summary.ts')).summarySink,
  html: async () => (await import('./formats/html.ts')).htmlSink,
  jsonl: async () => (await import('./jsonl.ts')).jsonLinesSink,
} as const satisfies Record<string, () => Promise<SinkFactory>>

export type FormatName = keyof typeof formats

/** The words of --report; each stands for one format or two, with the place of each when the user names none. */
export const reportWords = {
  tap: [{ format: 'tap', to: { file: resultNames.tap } }],
  ktap: [{ format: 'ktap', to: { file: resultNames.ktap } }],
  junit: [{ format: 'junit', to: { file: resultNames.junit } }],
  kcidb: [{ format: 'kcidb', to: { file: resultNames.kcidb } }],
  github: [
    // The runner of GitHub reads annotations from both streams of a step.
    { format: 'annotations', to: 'annotations' },
    { format: 'summary', to: { file: resultNames.summary } },
  ],
  html: [{ format: 'html', to: { file: resultNames.html } }],
  jsonl: [{ format: 'jsonl', to: { file: resultNames.events } }],
} as const satisfies Record<
  string,
  readonly { readonly format: FormatName; readonly to: 'annotations' | { readonly file: string } }[]
>

/** A word of --report. */
export type ReportWord = keyof typeof reportWords

/** Returns the word of --report that stands for a format. */
export function wordOf(format: FormatName): string {
  const words = Object.entries(reportWords)
  return words.find(([, usual]) => usual.some((each) => each.format === format))?.[0] ?? format
}
