// The options that verbs share, each defined once.
import { Option, type Command } from 'commander'
import { dialectWords, type KernelWords } from '../kernel/definition/compose.ts'
import { isolations, type Isolation } from '../kernel/definition/definition.ts'
import { reportWords } from '../report/formats.ts'
import { parseReport, type ReportWish } from '../report/targets.ts'
import type { ShardWish } from '../run/selection/shard.ts'
import type { AcceleratorName } from '../vm/accelerator.ts'
import {
  aptSuite,
  duration,
  directoryToWrite,
  fileToWrite,
  kernelWord,
  oneOf,
  positiveInteger,
  shardOfMany,
  withWords,
  type GivenTime,
} from './option-parsers.ts'

/** The options that say which kernel it is. */
export interface KernelOptions {
  /** A definition; undefined when `source` or `series` is given alone. */
  readonly kernel?: string
  readonly source?: string
  readonly series?: readonly string[]
  readonly fragment?: readonly string[]
  readonly dialect?: NonNullable<KernelWords['dialect']>
  readonly inSource?: readonly string[]
  readonly '3way'?: true
}

/** The options of every verb that runs tests on a kernel. */
export interface JobOptions extends KernelOptions {
  readonly accel?: AcceleratorName
  /** How much tests share; the default is that of the kernel definition. */
  readonly isolation?: Isolation
  /** The number of instances at once; the default depends on the cores and the memory of this computer. */
  readonly jobs?: number
  readonly output?: string
  /** A suite of Debian to take the source from. */
  readonly aptSuite?: string
  readonly vmcore?: true
  /** Words for the command line of the kernel, behind those of the definition. */
  readonly append?: readonly string[]
  /** The part of the suite that this computer runs. */
  readonly shard?: ShardWish
  /** The results whose durations divide the suite; the default is what the cache remembers. */
  readonly durations?: string
  /** The results against which only what is new counts. */
  readonly baseline?: string
  /** The file of a list of known failures. */
  readonly known?: string
  /** How often a test whose result is new runs again. */
  readonly retryNew?: number
  /** How often each test runs. */
  readonly repeat?: number
  readonly untilFail?: true
  /** The file of the history; the default is in the cache. */
  readonly history?: string
  /** Print what would be done. */
  readonly dryRun?: true
  readonly timeLimit?: GivenTime
  readonly failFast?: true
  /** How often a test is tried again after trouble of this computer. */
  readonly retryMachine?: number
  /** The reports beside those that every run writes. */
  readonly report?: readonly ReportWish[]
}

const mostJobs = 64
const mostShards = 1000
const mostRetries = 10
const mostRetriesOfNew = 100
const mostRepeats = 10_000

type Row = readonly [flags: string, text: string, parse?: (text: string, before?: unknown) => unknown]

function listed(text: string, before?: unknown): unknown {
  return [...(Array.isArray(before) ? before : []), text]
}

const options = {
  kernel: ['--kernel <kernel>', 'a kernel definition: a name, or the path of a YAML file'],
  source: [
    '--source <what>',
    'a source without a definition: git:URL#REF, git:URL (the base-commit of the series), debian:PACKAGE, tarball:URL#SHA256, or a directory',
  ],
  series: [
    '--series <what>',
    'patches on top: an mbox, a maildir, a folder, git+URL#A..B, a Message-ID or a link to one; may be repeated',
    listed,
  ],
  fragment: ['--fragment <name>', 'further kernel options: a name, or the path of a file; may be repeated', listed],
  dialect: ['--dialect <name>', `the uAPI of conversion: ${dialectWords.join(', ')}`, oneOf('--dialect', dialectWords)],
  inSource: ['--in-source <id>', 'a prerequisite of the series that the source already has; may be repeated', listed],
  '3way': ['--3way', 'merge patches that do not fit as they are, and report each such hunk'],
  accel: ['--accel <name>', 'tcg or kvm (default: kvm where it can nest, else tcg)', oneOf('--accel', ['tcg', 'kvm'])],
  isolation: [
    '--isolation <what>',
    'what tests share: vm: nothing, each has an instance restored from a saved state; boot: nothing, each boots; none: an instance (default: that of the kernel definition, or vm)',
    oneOf('--isolation', isolations),
  ],
  jobs: [
    '--jobs <n>',
    'how many instances at once (default: one for every two cores, as far as there is memory)',
    positiveInteger('--jobs', mostJobs),
  ],
  output: [
    '--output <dir>',
    'the directory of the results (default: a new directory in ./results)',
    directoryToWrite('--output'),
  ],
  aptSuite: ['--apt-suite <suite>', 'take a Debian package from this suite, though it is not configured', aptSuite],
  append: ['--append <word>', 'a word for the command line of the kernel; may be repeated', kernelWord('--append')],
  report: [
    '--report <format[:file]>',
    `write this report, to a file or with :- to the standard output; may be given several times: ${Object.keys(reportWords).join(', ')}`,
    withWords(Object.keys(reportWords), (text: string, before?: unknown) => [
      ...(Array.isArray(before) ? before : []),
      parseReport(text),
    ]),
  ],
  shard: [
    '--shard <i/n>',
    'run the i-th of n parts of the tests, which take about the same time; gmemtest merge joins their results',
    shardOfMany('--shard', mostShards),
  ],
  durations: [
    '--durations <dir>',
    'divide the tests of --shard by the durations in these results (default: those in the cache, which must then be the same on all computers)',
  ],
  baseline: [
    '--baseline <run>',
    'compare with an earlier run: only what is new counts; a directory or file of results, or a run of the history: last, KERNEL@last, or an id',
  ],
  known: ['--known <file>', 'a YAML list of known failures, which do not count until a given day'],
  retryNew: [
    '--retry-new <n>',
    'with --baseline or --known: run a test whose result is new n times more, to tell whether it always fails; no verdict changes (default: 0)',
    positiveInteger('--retry-new', mostRetriesOfNew, 0),
  ],
  repeat: [
    '--repeat <n>',
    'run each test n times, and tell how often it failed, with the interval of the rate',
    positiveInteger('--repeat', mostRepeats),
  ],
  untilFail: ['--until-fail', 'with --repeat: end the run after the first FAIL or ERROR, as --fail-fast does'],
  history: [
    '--history <file>',
    'the history of results, to which this run is added (default: history.sqlite in the cache)',
    fileToWrite('--history'),
  ],
  dryRun: ['--dry-run', 'print what would be built and run, and how long that takes; build and run nothing'],
  timeLimit: [
    '--time-limit <time>',
    'begin no test or mutant after this time (90s, 30m, 2h), which includes the build; the others are a MISS',
    duration('--time-limit'),
  ],
  failFast: ['--fail-fast', 'end the run after the first FAIL or ERROR, or the first mutant that is not killed'],
  retryMachine: [
    '--retry-machine <n>',
    'try a test again up to n times after trouble of this computer, such as QEMU that was killed (default: 1)',
    positiveInteger('--retry-machine', mostRetries, 0),
  ],
  vmcore: ['--vmcore', 'dump the memory of the instance into the results after a panic or a hang, for drgn or crash'],
} as const satisfies Record<string, Row>

/** The options that say which kernel it is, in the order of their help. */
export const kernelOptions = ['kernel', 'source', 'series', 'fragment', 'dialect', 'inSource', '3way'] as const

/** The options of the verbs that run a suite, in the order of their help. */
export const suiteOptions = [
  ...kernelOptions,
  'accel',
  'isolation',
  'jobs',
  'shard',
  'durations',
  'baseline',
  'known',
  'retryNew',
  'repeat',
  'untilFail',
  'history',
  'timeLimit',
  'failFast',
  'retryMachine',
  'output',
  'report',
  'aptSuite',
  'append',
  'vmcore',
] as const satisfies readonly (keyof typeof options)[]

/** Adds options of these names to a command, in this order. */
export function withOptions(
  command: Command,
  names: readonly (keyof typeof options)[],
  defaultKernel?: string,
): Command {
  for (const name of names) {
    const [flags, text, parse]: Row = options[name]
    const option = new Option(flags, text)
    if (name === 'append' && parse !== undefined) {
      option.argParser((word: string, words: readonly unknown[] | undefined) => [...(words ?? []), parse(word)])
    } else if (parse !== undefined) option.argParser(parse)
    if (name === 'kernel') option.default(defaultKernel)
    command.addOption(option)
  }
  // The default kernel is no base for a source or a series of the command line.
  return command.hook('preAction', (self) => {
    const isGiven = self.getOptionValue('source') !== undefined || self.getOptionValue('series') !== undefined
    if (isGiven && self.getOptionValueSource('kernel') === 'default') self.setOptionValue('kernel', undefined)
  })
}

/** Returns these options as words of a command line, as far as they matter for one test. */
export function flagsOf({ accel, isolation, vmcore, append = [], repeat = 1, ...kernel }: JobOptions): string[] {
  return [
    ...kernelFlags(kernel),
    ...(accel === undefined ? [] : ['--accel', accel]),
    ...(isolation === undefined ? [] : ['--isolation', isolation]),
    ...(vmcore === undefined ? [] : ['--vmcore']),
    ...append.flatMap((word) => ['--append', word]),
    ...(repeat === 1 ? [] : ['--repeat', String(repeat), '--until-fail']),
  ]
}

/** Returns the options of a kernel as words of a command line. */
function kernelFlags({
  kernel,
  source,
  series = [],
  fragment = [],
  dialect,
  inSource = [],
  ...rest
}: KernelOptions): string[] {
  return [
    ...(kernel === undefined ? [] : ['--kernel', kernel]),
    ...(source === undefined ? [] : ['--source', source]),
    ...series.flatMap((word) => ['--series', word]),
    ...fragment.flatMap((word) => ['--fragment', word]),
    ...(dialect === undefined ? [] : ['--dialect', dialect]),
    ...inSource.flatMap((id) => ['--in-source', id]),
    ...(rest['3way'] === undefined ? [] : ['--3way']),
  ]
}
